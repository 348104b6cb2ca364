<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Screen;
use IGNY8\Bridge\Site_Health;
use IGNY8\Bridge\Storage;

final class SiteHealthTest extends SiteTestCase {
	use PlatformServer;

	protected function setUp(): void {
		parent::setUp();
		$this->reset_server();
		delete_option( Connection\LAST_TEST_OPTION );
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
	}

	/** Run every direct test: status by name. */
	private function statuses(): array {
		$statuses = [];
		foreach ( Site_Health\add_tests( [] )['direct'] as $name => $test ) {
			$result = call_user_func( $test['test'] );
			$this->assertSame( [ 'test', 'status', 'label', 'description', 'actions', 'badge' ], array_keys( $result ) );
			$this->assertSame( $name, $result['test'] );
			$statuses[ $name ] = $result['status'];
		}
		return $statuses;
	}

	public function test_a_healthy_site_is_good(): void {
		$statuses = $this->statuses();
		$this->assertSame( [], array_diff( [ 'igny8_connection', 'igny8_outbox', 'igny8_cron', 'igny8_structure', 'igny8_secrets' ], array_keys( $statuses ) ) );
		unset( $statuses['igny8_updates'] );
		$this->assertSame( [ 'good' ], array_values( array_unique( $statuses ) ), wp_json_encode( $statuses ) );
	}

	public function test_what_is_wrong_is_said(): void {
		global $wpdb;
		$wpdb->insert( Storage\table( 'outbox' ), [ 'id' => 'old', 'type' => 'post.deleted', 'state' => 'waiting', 'occurred_at' => 1000 * ( time() - DAY_IN_SECONDS ), 'data' => '{}', 'post_id' => 1 ] );
		wp_schedule_event( time() - 7200, 'igny8_bridge_minute', Outbound\CRON_HOOK );
		$statuses = $this->statuses();
		$this->assertSame( [ 'recommended', 'recommended' ], [ $statuses['igny8_outbox'], $statuses['igny8_cron'] ] );
		$this->assertStringContainsString( '1 event waits, for 1 day.', Site_Health\test_outbox()['description'] );
		Connection\remember_test( false, 'key_revoked', 'Make <b>another</b>.', [] );
		$result = Site_Health\test_connection();
		$this->assertSame( 'critical', $result['status'] );
		$this->assertStringContainsString( 'key_revoked: Make &lt;b&gt;another', $result['description'] );
		Connection\disconnect();
		$this->assertSame( 'recommended', Site_Health\test_connection()['status'] );
		wp_clear_scheduled_hook( Outbound\CRON_HOOK );
	}

	public function test_the_facts_name_no_secret(): void {
		$fields = Site_Health\add_information( [] )['igny8-wp-bridge']['fields'];
		foreach ( $fields as $name => $field ) {
			$this->assertSame( [ 'label', 'value' ], array_keys( $field ) );
			$this->assertIsString( $field['value'], $name );
		}
		$this->assertSame( [], array_diff( [ 'version', 'waiting', 'oldest', 'failures', 'rejected', 'safe_mode', 'next_cron', 'last_test' ], array_keys( $fields ) ) );
		$text = wp_json_encode( $fields );
		foreach ( [ Platform::API_KEY, get_option( 'igny8_bridge_identity' )['secret'], get_option( 'igny8_bridge_settings' )['api_key'] ] as $secret ) {
			$this->assertStringNotContainsString( $secret, $text );
		}
	}

	public function test_the_round_trip_is_made_for_those_who_may(): void {
		Platform::pair( self::$url );
		$this->assertTrue( Site_Health\add_tests( [] )['async']['igny8_round_trip']['skip_cron'] );
		$this->answer_with( [ 'body' => [ 'success' => true, 'data' => [ 'site_name' => 'T', 'platform_public_key' => Platform::public_key(), 'webhook_url' => self::$url, 'integration_id' => 1, 'checks' => [ [ 'name' => 'rest_api', 'ok' => true ] ] ] ] ] );
		$admin = new Visitor( 1 );
		preg_match( '/"nonce":\{"site_status":"([a-f0-9]+)"/', $admin->open( '/wp-admin/site-health.php' )['body'], $match );
		$fields = [ 'action' => 'health-check-igny8-round-trip', '_wpnonce' => $match[1] ];
		$answer = json_decode( $admin->send( '/wp-admin/admin-ajax.php', $fields )['body'], true );
		$this->assertSame( [ true, 'good' ], [ $answer['success'], $answer['data']['status'] ] );
		$this->answer_with( [ 'status' => 502, 'body' => '<html>' ] );
		$answer = json_decode( $admin->send( '/wp-admin/admin-ajax.php', $fields )['body'], true );
		$this->assertSame( [ 'critical', true ], [ $answer['data']['status'], false !== strpos( $answer['data']['description'], 'unexpected_answer' ) ] );
		$this->assertSame( 403, $admin->send( '/wp-admin/admin-ajax.php', [ '_wpnonce' => 'x' ] + $fields )['status'] );
		$this->assertSame( 403, Visitor::with_role( 'editor' )->send( '/wp-admin/admin-ajax.php', $fields )['status'] );
		$this->assertSame( 400, Visitor::nobody()->send( '/wp-admin/admin-ajax.php', $fields )['status'] );
		Connection\disconnect();
		$this->assertArrayNotHasKey( 'async', Site_Health\add_tests( [] ) );
	}
}
