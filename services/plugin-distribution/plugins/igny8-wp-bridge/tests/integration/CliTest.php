<?php
// phpcs:disable
use IGNY8\Bridge\Cli;
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Structure;

require_once __DIR__ . '/fixtures/wp-cli-stand-in.php';
require_once WP_PLUGIN_DIR . '/igny8-wp-bridge/inc/cli/namespace.php';

/** `wp igny8 …`, in a stand-in of WP-CLI. */
final class CliTest extends SiteTestCase {
	use PlatformServer;

	public static function setUpBeforeClass(): void {
		self::start_server();
		Cli\bootstrap();
	}

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		Platform::pair( self::$url );
	}

	private function an_event(): void {
		$post = wp_insert_post( [ 'post_title' => 'P', 'post_status' => 'publish' ] );
		Outbound\enqueue( 'post.deleted', Outbound\describe( get_post( $post ), 5, '', 'deleted', 'publish' ) );
	}

	private function facts( string $line ): array {
		list( $status, $said ) = WP_CLI::run( $line );
		$this->assertSame( 0, $status, wp_json_encode( $said ) );
		return array_column( json_decode( $said[0], true ), 'value', 'name' );
	}

	public function test_the_commands(): void {
		$this->assertSame( [ 'igny8 connect', 'igny8 status', 'igny8 doctor', 'igny8 outbox list', 'igny8 outbox send', 'igny8 outbox clear-rejected', 'igny8 sync structure', 'igny8 update check', 'igny8 update install', 'igny8 disconnect' ], array_keys( WP_CLI::$commands ) );
		foreach ( WP_CLI::$commands as $name => list( , $about ) ) {
			$this->assertMatchesRegularExpression( '/\A[A-Z].+\.\z/', $about['shortdesc'], $name );
			foreach ( $about['synopsis'] as $option ) {
				$this->assertMatchesRegularExpression( '/\A.+\.\z/', $option['description'], $name );
			}
		}
	}

	public function test_connect_saves_tests_and_warns(): void {
		Connection\disconnect();
		$this->assertSame( [ 1, [ 'Error: missing --api-key' ] ], WP_CLI::run( 'igny8 connect --site-id=9' ) );
		$this->assertSame( 1, ( $bad = WP_CLI::run( 'igny8 connect --site-id=9 --api-key=nonsense' ) )[0] );
		$this->assertStringContainsString( 'invalid_api_key: ', $bad[1][0] );
		$this->answer_with( [ 'status' => 403, 'body' => [ 'code' => 'key_revoked', 'detail' => 'Make another.' ] ] );
		$line = 'igny8 connect --api-url=' . self::$url . ' --site-id=9 --api-key=' . Platform::API_KEY;
		$this->assertSame( [ 1, [ 'Error: key_revoked: Make another.' ] ], WP_CLI::run( $line ) );
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => [ 'site_name' => 'Tideline', 'platform_public_key' => Platform::public_key(), 'webhook_url' => self::$url, 'integration_id' => 1, 'checks' => [ [ 'name' => 'rest_api', 'ok' => false, 'detail' => 'HTML.', 'fix' => 'JSON.' ] ] ] ] ] );
		$this->assertSame( [ 0, [ 'Warning: rest_api: HTML. JSON.', 'Success: Connected as "Tideline".' ] ], WP_CLI::run( $line ) );
		$this->assertSame( [ true, 9 ], [ Connection\is_paired(), Connection\site_id() ] );
	}

	public function test_status_and_disconnect(): void {
		$facts = $this->facts( 'igny8 status --format=json' );
		$this->assertSame( [ 'yes', 'yes', 7, 0, 'no' ], [ $facts['connected'], $facts['signed'], $facts['site_id'], $facts['waiting'], $facts['safe_mode'] ] );
		$this->assertStringNotContainsString( Platform::API_KEY, wp_json_encode( $facts ) );
		$this->assertSame( [ 1, [ 'Error: unknown or invalid --format' ] ], WP_CLI::run( 'igny8 status --format=xml' ) );
		$asked = WP_CLI::run( 'igny8 disconnect' );
		$this->assertSame( [ 0, 'Forget the API key and the pairing of ' . Connection\current_address() . '?' ], [ $asked[0], $asked[1][0] ] );
		$this->assertTrue( Connection\is_paired() );
		$this->assertSame( [ 0, [ 'Success: Disconnected. Posts stay.' ] ], WP_CLI::run( 'igny8 disconnect --yes' ) );
		$this->assertSame( 'no', $this->facts( 'igny8 status --format=json' )['connected'] );
		foreach ( [ 'outbox send', 'sync structure' ] as $command ) {
			$this->assertSame( [ 1, [ 'Error: The site is not connected. Connect it with: wp igny8 connect' ] ], WP_CLI::run( "igny8 $command" ) );
		}
	}

	public function test_doctor_ends_with_one_when_something_is_wrong(): void {
		list( $status, $said ) = WP_CLI::run( 'igny8 doctor --format=json' );
		$checks = array_column( json_decode( $said[0], true ), null, 'name' );
		$wrong  = array_keys( array_filter( $checks, function ( $check ) { return 'good' !== $check['result']; } ) );
		$this->assertSame( $wrong ? 1 : 0, $status );
		$this->assertSame( 'good', $checks['tables']['result'] );
		Outbound\remember_rejected( (object) [ 'seq' => 1, 'type' => 'post.updated', 'data' => '{}' ], 'unknown_type', 'No.' );
		list( $status, $said ) = WP_CLI::run( 'igny8 doctor' );
		$rejections = array_column( $said[0], null, 'name' )['rejections'];
		$this->assertSame( [ 1, 'problem', [ 'name', 'result', 'detail', 'evidence', 'fix' ] ], [ $status, $rejections['result'], array_keys( $rejections ) ] );
	}

	public function test_outbox(): void {
		$this->an_event();
		$listed = json_decode( WP_CLI::run( 'igny8 outbox list --format=json --limit=1' )[1][0], true );
		$this->assertSame( [ 1, 'post.deleted', 'deleted' ], [ count( $listed ), $listed[0]['type'], $listed[0]['status'] ] );
		$this->answer_with( [ 'status' => 503 ] );
		$this->assertSame( [ 1, [ 'Error: 0 sent, 1 still wait. HTTP 503' ] ], WP_CLI::run( 'igny8 outbox send' ) );
		$this->answer_with( [] );
		$this->assertSame( [ 0, [ 'Success: 1 sent, none waits.' ] ], WP_CLI::run( 'igny8 outbox send' ), 'A person does not have to wait out the pause.' );
		$this->assertSame( [ 0, [ 'Success: 0 forgotten.' ] ], WP_CLI::run( 'igny8 outbox clear-rejected' ) );
		Outbound\remember_rejected( (object) [ 'seq' => 1, 'type' => 'post.updated', 'data' => '{}' ], 'unknown_type', 'No.' );
		$this->assertSame( [ 0, [ 'Forget 1 rejected events?' ] ], WP_CLI::run( 'igny8 outbox clear-rejected' ) );
		$this->assertSame( [ 0, [ 'Success: 1 forgotten.' ] ], WP_CLI::run( 'igny8 outbox clear-rejected --yes' ) );
		$this->assertFalse( get_option( Outbound\REJECTED_OPTION ) );
	}

	public function test_sync_structure(): void {
		$this->assertSame( [ 0, [ 'Success: IGNY8 knows the structure of this site.' ] ], WP_CLI::run( 'igny8 sync structure' ) );
		$this->assertStringContainsString( '/update-structure/', $this->requests()[0]['uri'] );
		$this->answer_with( [ 'status' => 500 ] );
		$this->assertSame( [ 1, [ 'Error: IGNY8 did not take it: HTTP 500' ] ], WP_CLI::run( 'igny8 sync structure' ) );
		Structure\forget();
	}

	public function test_updates_are_refused_by_a_build_that_does_not_update_itself_or_may_not_ask(): void {
		Connection\disconnect();
		foreach ( [ 'check', 'install' ] as $command ) {
			list( $status, $said ) = WP_CLI::run( "igny8 update $command" );
			$this->assertSame( 1, $status );
			$this->assertMatchesRegularExpression( IGNY8\Bridge\Screen\updates_itself() ? '/\AError: not_paired: /' : '/\AError: This build does not update itself/', $said[0] );
		}
	}

	public function test_a_copy_sends_nothing(): void {
		$pairing = get_option( Connection\PAIRING_OPTION );
		update_option( Connection\PAIRING_OPTION, [ 'site_address' => 'https://original.test' ] + $pairing, false );
		$this->assertSame( 1, ( $said = WP_CLI::run( 'igny8 outbox send' ) )[0] );
		$this->assertStringContainsString( 'This is a copy of the paired site', $said[1][0] );
		$this->assertSame( [], $this->requests() );
	}
}
