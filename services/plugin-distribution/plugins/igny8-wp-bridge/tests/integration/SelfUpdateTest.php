<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Updates;

/** The plugin is updated by WordPress' own upgrader, and stays connected. */
final class SelfUpdateTest extends SelfUpdateTestCase {
	public function ways(): array {
		return [ 'updates screen' => [ 'upgrade', false ], 'plugins screen' => [ 'bulk', true ], 'background' => [ 'auto', true ] ];
	}

	/** @dataProvider ways */
	public function test_a_good_update_stays_connected( string $how, bool $stays_active ): void {
		update_site_option( 'auto_update_plugins', [ self::file() ] );
		$this->release( $this->package() );
		$result = $this->update( $how );
		$this->assertSame( [ true, '', $stays_active, self::NEXT, 0 ], [ $result['done'], $result['code'], $result['active'], $this->installed(), $result['left'] ], $result['message'] );
		activate_plugin( self::file() );
		$this->assertSame( self::NEXT, $this->answering(), 'The pairing is as it was, and the new build answers.' );
		$this->assertSame( '', $this->shown(), 'Nothing more is offered.' );
		$this->assertFileExists( self::folder() . '/release-keys.json' );
	}

	public function test_the_grant_is_asked_for_signed_and_its_address_is_not_followed(): void {
		$this->release( $this->package() );
		$this->update();
		$grant   = $this->requests_to( '/download-grant/' );
		$headers = $grant[0]['headers'];
		$this->assertSame( [ 1, [ 'version' => self::NEXT ], Platform::API_KEY ], [ count( $grant ), json_decode( $grant[0]['body'], true ), $headers['x-igny8-api-key'] ] );
		$text = Identity\text_from_site( $headers['webhook-id'], $headers['webhook-timestamp'], $grant[0]['body'] );
		$this->assertTrue( sodium_crypto_sign_verify_detached( base64_decode( substr( $headers['webhook-signature'], 4 ) ), $text, base64_decode( Identity\own_public_key() ) ) );
		$this->assertSame( '/api/plugins/igny8-wp-bridge/download/?version=2.1.0&grant=g%2B1', $this->requests_to( '/download/' )[0]['uri'] );
		$this->assertArrayNotHasKey( 'x-igny8-api-key', $this->requests_to( '/download/' )[0]['headers'] );
	}

	public function test_it_is_told_once_the_new_build_runs_and_daily(): void {
		$this->release( $this->package() );
		Connection\test();
		delete_option( Updates\REPORTS_OPTION );
		Platform::pair( self::$url );
		Updates\be_due( time() );
		$this->assertTrue( Updates\report_if_due( 5 ) );
		$this->update( 'bulk' );
		Platform::ask( 'GET', '/status' );
		for ( $i = 0; $i < 100 && count( $this->requests_to( '/register/' ) ) < 2; $i++ ) {
			usleep( 50000 );
		}
		$told = array_map( function ( $r ) { return json_decode( $r['body'], true ); }, $this->requests_to( '/register/' ) );
		$this->assertSame( [ [ '2.0.0', 'active', '' ], [ self::NEXT, 'active', '2.0.0' ] ], array_map( function ( $t ) { return [ $t['plugin_version'], $t['status'], $t['metadata']['previous_version'] ]; }, $told ) );
		$this->assertSame( [ 'stable', '', false, 'en_US' ], [ $told[1]['metadata']['channel'], $told[1]['metadata']['failed_version'], $told[1]['metadata']['multisite'], $told[1]['metadata']['locale'] ] );
		wp_cache_flush();
		$this->assertEqualsWithDelta( time() + DAY_IN_SECONDS, Updates\due_at(), 30 );
	}

	public function test_an_upload_by_an_administrator_is_his_to_decide(): void {
		$file = sys_get_temp_dir() . '/igny8-upload.zip';
		file_put_contents( $file, Releases::package( $this->source(), '1.9.0' ) );
		$result = $this->update( 'install', $file );
		@unlink( $file );
		$this->assertSame( [ true, '1.9.0' ], [ $result['done'], $this->installed() ], $result['message'] );
		$this->assertSame( [], $this->requests_to( '/download' ) );
	}

	public function test_other_plugins_are_downloaded_by_whoever_does_that(): void {
		$this->assertSame( 'theirs', Updates\answer_download( 'theirs', 'https://downloads.wordpress.org/plugin/akismet.zip', null, [ 'plugin' => 'akismet/akismet.php' ] ) );
		$this->assertFalse( Updates\answer_download( false, '/tmp/some.zip', null, [] ) );
	}
}
