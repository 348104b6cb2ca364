<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Storage;

/** Runs last: it removes the plugin's data, and puts the tables back. */
final class ZUninstallTest extends SiteTestCase {
	/** List everything a site has but posts and images with their files, and what comes and goes by itself. */
	private function inventory(): array {
		global $wpdb;
		wp_cache_flush();
		$files = [];
		foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( WP_CONTENT_DIR, FilesystemIterator::SKIP_DOTS ) ) as $file ) {
			if ( 0 !== strpos( $file->getPathname(), wp_upload_dir()['path'] ) ) {
				$files[] = $file->getPathname();
			}
		}
		sort( $files );
		$hooks = [];
		foreach ( (array) get_option( 'cron' ) as $at ) {
			$hooks = array_merge( $hooks, is_array( $at ) ? array_keys( $at ) : [] );
		}
		$ours = array_diff( $hooks, [ 'do_pings', 'publish_future_post', 'wp_update_comment_type_batch' ] );
		sort( $ours );
		return [
			'tables'  => $wpdb->get_col( 'SHOW TABLES' ),
			'options' => $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name NOT LIKE '\\_transient%' AND option_name NOT LIKE '\\_site\\_transient%' ORDER BY option_name" ),
			'ours'    => $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%igny8%'" ),
			'users'   => $wpdb->get_col( "SELECT DISTINCT meta_key FROM $wpdb->usermeta ORDER BY meta_key" ),
			'terms'   => $wpdb->get_col( "SELECT DISTINCT meta_key FROM $wpdb->termmeta ORDER BY meta_key" ),
			'cron'    => array_values( array_unique( $ours ) ),
			'files'   => $files,
		];
	}

	public function test_the_site_is_afterwards_as_it_was_before(): void {
		$plugin = 'igny8-wp-bridge/igny8-wp-bridge.php';
		deactivate_plugins( $plugin );
		$this->uninstall();
		$before = $this->inventory();
		$this->assertSame( [], $before['ours'] );

		$this->assertNull( activate_plugin( $plugin ) );
		\IGNY8\Bridge\Network\prepare();
		Platform::pair();
		Connection\remember_test( true, '', '', [] );
		IGNY8\Bridge\Safe_Mode\stay();
		IGNY8\Bridge\Structure\be_due( time() + 1000 );
		IGNY8\Bridge\Structure\remember_sync( [ 'enabled' => true, 'post_types' => [ 'page' ] ] );
		IGNY8\Bridge\Outbound\back_off( 500, '', 'no' );
		IGNY8\Bridge\Outbound\remember_rejected( (object) [ 'seq' => 1, 'type' => 'x', 'data' => '{}' ], 'c', 'd' );
		IGNY8\Bridge\Outbound\keep_scheduled();
		delete_option( 'igny8_bridge_copy' );
		$this->assertSame( 201, Platform::publish( $this->payload( [ 'tags' => [ 'left' ] ] ) )['status'] );
		$admin = new Visitor( 1 );
		foreach ( IGNY8\Bridge\Screen\TABS as $tab ) {
			$admin->tab( $tab );
		}
		$during = $this->inventory();
		$this->assertGreaterThan( count( $before['options'] ) + 5, count( $during['options'] ) );
		$this->assertCount( count( $before['tables'] ) + count( Storage\TABLES ), $during['tables'] );

		deactivate_plugins( $plugin );
		$this->uninstall();
		$this->assertSame( $before, $this->inventory() );
		$this->assertNull( activate_plugin( $plugin ) );
		\IGNY8\Bridge\Network\prepare();
	}

	/** Do what WordPress does when the plugin is deleted, save deleting its files. */
	private function uninstall(): void {
		if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
			define( 'WP_UNINSTALL_PLUGIN', 'igny8-wp-bridge/igny8-wp-bridge.php' );
		}
		include WP_PLUGIN_DIR . '/igny8-wp-bridge/uninstall.php';
		wp_cache_flush();
	}

	public function test_only_posts_and_images_stay_and_are_known_again(): void {
		global $wpdb;
		$payload = $this->payload();
		$post    = Platform::publish( $payload )['body']['post_id'];
		$bytes   = $this->image();
		$image   = $this->upload( $bytes )['body']['attachment_id'];
		$newest  = (int) $wpdb->get_var( 'SELECT MAX(seq) FROM ' . Storage\table( 'outbox' ) );
		wp_schedule_event( time() + 60, 'igny8_bridge_minute', 'igny8_bridge_every_minute' );

		$this->uninstall();
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
