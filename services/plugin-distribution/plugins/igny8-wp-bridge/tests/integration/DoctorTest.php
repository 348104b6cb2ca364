<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Doctor;
use IGNY8\Bridge\Outbound;

final class DoctorTest extends SiteTestCase {
	protected function setUp(): void {
		parent::setUp();
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
	}

	private function checks(): array {
		$answer = Platform::ask( 'GET', '/doctor' );
		$this->assertSame( 200, $answer['status'], $answer['raw'] );
		return array_column( $answer['body']['checks'], null, 'name' );
	}

	public function test_a_healthy_site(): void {
		$checks = $this->checks();
		$this->assertSame( array_keys( Doctor\CHECKS ), array_keys( $checks ) );
		foreach ( $checks as $name => $check ) {
			$this->assertSame( [ 'name', 'ok', 'detail', 'evidence', 'fix' ], array_keys( $check ) );
			$this->assertTrue( $check['ok'], "$name: " . wp_json_encode( $check ) );
			$this->assertSame( '', $check['fix'] );
		}
		$this->assertSame( 'PHP ' . PHP_VERSION . ', cli-server', $checks['php_version']['evidence'] );
		$this->assertStringContainsString( 'memory_limit=256M', $checks['memory']['evidence'] );
		$this->assertStringNotContainsString( Platform::API_KEY, wp_json_encode( $checks ) );
	}

	public function test_what_is_wrong_is_named_with_evidence_and_a_way_out(): void {
		global $wpdb;
		$wpdb->insert( IGNY8\Bridge\Storage\table( 'outbox' ), [ 'id' => 'old', 'type' => 'post.deleted', 'state' => 'waiting', 'occurred_at' => 1000 * ( time() - 86400 ), 'data' => '{}', 'post_id' => 1 ] );
		update_option( Outbound\STATE_OPTION, [ 'failures' => 9, 'not_before' => time() + 999, 'reason' => 'HTTP 500' ] );
		Outbound\remember_rejected( (object) [ 'seq' => 1, 'type' => 'post.updated', 'data' => '{}' ], 'unknown_type', 'No.' );
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
		wp_schedule_event( time() - 7200, 'igny8_bridge_minute', Outbound\CRON_HOOK );
		$code = 'add_filter( "upload_size_limit", function () { return 1000; } ); add_filter( "option_active_plugins", function ( $all ) { return array_merge( $all, [ "wordfence/wordfence.php", "wp-rocket/wp-rocket.php" ] ); } ); add_filter( "wp_is_large_network", "__return_true" );';
		// The plugins do not exist, which does not matter to those that ask after WordPress has loaded.
		$checks = $this->with_mu_plugin( "add_action( 'rest_api_init', function () { $code } );", function () { return $this->checks(); } );
		$broken = array_keys( array_filter( $checks, function ( $check ) { return ! $check['ok']; } ) );
		$this->assertSame( [ 'upload', 'cron', 'queue', 'rejections' ], $broken );
		foreach ( $broken as $name ) {
			$this->assertNotSame( '', $checks[ $name ]['fix'] );
		}
		$this->assertStringContainsString( 'failures=9 HTTP 500', $checks['queue']['evidence'] );
		$this->assertStringContainsString( 'unknown_type No.', $checks['rejections']['evidence'] );
		$this->assertSame( [ 'wordfence', 'wp-rocket', true ], [ $checks['security_plugins']['evidence'], $checks['cache_plugins']['evidence'], '' !== $checks['security_plugins']['fix'] ] );
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
	}

	public function test_a_check_that_fails_itself_is_a_finding(): void {
		$checks = $this->with_mu_plugin( 'add_filter( "upload_size_limit", function () { if ( did_action( "rest_api_init" ) ) { throw new Exception( "broken" ); } return 1; } );', function () { return $this->checks(); } );
		$this->assertSame( [ false, 'broken' ], [ $checks['upload']['ok'], $checks['upload']['evidence'] ] );
		$this->assertTrue( $checks['tables']['ok'] );
	}

	public function test_what_of_a_request_arrives(): void {
		$body = str_repeat( "\0binary", 100000 );
		foreach ( [ 'POST', 'PUT', 'DELETE' ] as $method ) {
			$answer = Platform::ask( $method, '/doctor/echo', [], $body, [ 'content-type' => 'application/octet-stream', 'X-IGNY8-API-KEY' => 'anything', 'Authorization' => 'Bearer x', 'X-Secret' => 'y' ] )['body'];
			$this->assertSame( [ $method, [ 'x-igny8-api-key', 'authorization', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type' ], strlen( $body ), hash( 'sha256', $body ) ], [ $answer['method'], $answer['headers'], $answer['bytes'], $answer['sha256'] ] );
		}
		$override = Platform::ask( 'POST', '/doctor/echo', [], '', [ 'X-HTTP-Method-Override' => 'PUT' ] )['body'];
		$this->assertSame( [ 'POST', true, 0 ], [ $override['method'], in_array( 'x-http-method-override', $override['headers'], true ), $override['bytes'] ] );
		$this->assertSame( 'signature_missing', Platform::ask_bare( 'POST', '/doctor/echo', [] )['code'] );
	}

	public function test_collections(): void {
		$post = Platform::ask( 'GET', '/collections/post' )['body'];
		$this->assertSame( [ 'post', 'Posts', true, true, [ 'category', 'post_tag' ], '', '' ], [ $post['post_type'], $post['label'], $post['readable'], $post['writable'], $post['taxonomies'], $post['detail'], $post['fix'] ] );
		$this->assertGreaterThan( 0, $post['count'] );
		foreach ( [ 'attachment', 'revision', 'wp_block' ] as $type ) {
			$answer = Platform::ask( 'GET', "/collections/$type" )['body'];
			$this->assertSame( [ false, false, true ], [ $answer['readable'], $answer['writable'], '' !== $answer['fix'] ] );
		}
		$this->assertSame( [ 404, 'unknown_post_type' ], [ ( $answer = Platform::ask( 'GET', '/collections/nothing' ) )['status'], $answer['code'] ] );
		$author = wp_insert_user( [ 'user_login' => 'c' . wp_rand(), 'user_pass' => 'x', 'role' => 'contributor' ] );
		Connection\save_settings( [ 'default_author' => $author ] );
		$answer = Platform::ask( 'GET', '/collections/page' )['body'];
		$this->assertSame( [ true, false ], [ $answer['readable'], $answer['writable'] ] );
		$this->assertStringContainsString( 'edit_pages', $answer['detail'] );
		$this->assertFalse( $this->checks()['author']['ok'] );
		Connection\save_settings( [ 'default_author' => 0 ] );
	}
}
