<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Storage;

/** Runs last: it removes the plugin's data, and puts the tables back. */
final class ZUninstallTest extends SiteTestCase {
	public function test_only_posts_and_images_stay_and_are_known_again(): void {
		global $wpdb;
		$payload = $this->payload();
		$post    = Platform::publish( $payload )['body']['post_id'];
		$bytes   = $this->image();
		$image   = $this->upload( $bytes )['body']['attachment_id'];
		$newest  = (int) $wpdb->get_var( 'SELECT MAX(seq) FROM ' . Storage\table( 'outbox' ) );
		wp_schedule_event( time() + 60, 'igny8_bridge_minute', 'igny8_bridge_every_minute' );

		if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
			define( 'WP_UNINSTALL_PLUGIN', 'igny8-wp-bridge/igny8-wp-bridge.php' );
		}
		include WP_PLUGIN_DIR . '/igny8-wp-bridge/uninstall.php';
		wp_cache_flush();
		$this->assertSame( [], $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( "{$wpdb->prefix}igny8_" ) . '%' ) ) );
		$this->assertSame( [], $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%igny8%'" ) );
		$this->assertStringNotContainsString( 'igny8', maybe_serialize( get_option( 'cron' ) ) );
		$this->assertSame( [ 'publish', 'attachment' ], [ get_post_status( $post ), get_post_type( $image ) ] );

		Storage\make_missing_tables();
		Platform::pair();
		$other = Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload );
		$this->assertSame( [ 409, $post, $payload['operation_id'] ], [ $other['status'], $other['body']['post_id'], $other['body']['operation_id'] ] );
		$this->assertSame( [ 200, $image ], [ ( $again = $this->upload( $bytes ) )['status'], $again['body']['attachment_id'] ] );
		$this->assertGreaterThan( $newest, (int) $wpdb->get_var( 'SELECT MAX(seq) FROM ' . Storage\table( 'outbox' ) ), 'Numbers rise across a re-installation.' );
	}
}
