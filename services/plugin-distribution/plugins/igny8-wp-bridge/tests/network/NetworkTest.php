<?php
// phpcs:disable
use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Network;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Screen;
use IGNY8\Bridge\Storage;
use PHPUnit\Framework\TestCase;

/** The plugin in a network; the tests follow one another. */
final class NetworkTest extends TestCase {
	private const PLUGIN = 'igny8-wp-bridge/igny8-wp-bridge.php';

	protected function setUp(): void {
		wp_cache_flush();
		wp_set_current_user( 1 );
	}

	private function tables( int $blog ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->get_blog_prefix( $blog ) . 'igny8_' ) . '%' ) );
	}

	private function options( int $blog ): array {
		return Network\in_blog( $blog, function () { global $wpdb; return $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%igny8%'" ); } );
	}

	private function new_blog(): int {
		$path = '/b' . wp_rand() . '/';
		$blog = wp_insert_site( [ 'domain' => DOMAIN_CURRENT_SITE, 'path' => $path, 'title' => "Blog $path", 'user_id' => 1 ] );
		$this->assertIsInt( $blog, is_wp_error( $blog ) ? $blog->get_error_message() : '' );
		return $blog;
	}

	public function test_activation_in_the_network_prepares_every_blog(): void {
		$this->assertTrue( is_multisite() );
		deactivate_plugins( self::PLUGIN, true, false );
		$blogs = [ $this->new_blog(), $this->new_blog() ];
		$this->assertSame( [ [], [] ], array_map( [ $this, 'tables' ], $blogs ), 'Where the plugin is active for some blogs only, a new one is none of its business.' );
		$this->assertNull( activate_plugin( self::PLUGIN, '', true ) );
		foreach ( array_merge( [ 1 ], $blogs ) as $blog ) {
			$this->assertCount( count( Storage\TABLES ), $this->tables( $blog ) );
			$this->assertTrue( Network\in_blog( $blog, 'IGNY8\\Bridge\\Storage\\is_ready' ) );
		}
	}

	public function test_a_new_blog_is_prepared_and_a_deleted_one_leaves_nothing(): void {
		$blog = $this->new_blog();
		$this->assertCount( count( Storage\TABLES ), $this->tables( $blog ) );
		wp_delete_site( $blog );
		global $wpdb;
		$this->assertSame( [], $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->get_blog_prefix( $blog ) ) . '%' ) ) );
	}

	public function test_each_blog_has_an_identity_of_its_own(): void {
		$blog = $this->new_blog();
		Platform::pair( 'http://127.0.0.1:9' );
		$here  = [ Identity\own_public_key(), Connection\is_paired(), Connection\site_id() ];
		$there = Network\in_blog( $blog, function () { return [ Identity\own_public_key(), Connection\is_paired(), Connection\site_id() ]; } );
		$this->assertNotSame( $here[0], $there[0] );
		$this->assertSame( [ true, 7, false, 0 ], [ $here[1], $here[2], $there[1], $there[2] ] );
		Network\in_blog( $blog, function () { Outbound\enqueue( 'post.deleted', Outbound\describe( get_post( wp_insert_post( [ 'post_title' => 'x', 'post_status' => 'publish' ] ) ), 5, '', 'deleted', 'publish' ) ); } );
		$this->assertSame( 1, Network\in_blog( $blog, 'IGNY8\\Bridge\\Outbound\\backlog' )['waiting'] );
		ob_start();
		Screen\show_network_page();
		$page = ob_get_clean();
		$this->assertMatchesRegularExpression( '~>connected</td><td>7</td><td>0<~', $page );
		$this->assertMatchesRegularExpression( '~>not connected</td><td></td><td>1<~', $page );
		$this->assertStringContainsString( "page=igny8-wp-bridge", $page );
		$this->assertStringContainsString( network_admin_url( 'settings.php?page=igny8-wp-bridge' ), apply_filters( 'network_admin_plugin_action_links_' . self::PLUGIN, [] )[0] );
		wp_set_current_user( 0 );
		ob_start();
		Screen\show_network_page();
		$this->assertSame( '', ob_get_clean() );
	}

	public function test_what_fails_in_a_blog_leads_back(): void {
		$blog = $this->new_blog();
		try {
			Network\in_blog( $blog, function () { throw new RuntimeException( 'no' ); } );
			$this->fail( 'It has to be thrown on.' );
		} catch ( RuntimeException $problem ) {
			$this->assertSame( 1, get_current_blog_id() );
		}
	}

	public function test_deactivation_ends_every_schedule_and_uninstall_leaves_no_trace_in_any_blog(): void {
		$blogs = array_map( 'intval', get_sites( [ 'fields' => 'ids' ] ) );
		$this->assertGreaterThan( 2, count( $blogs ) );
		foreach ( $blogs as $blog ) {
			Network\in_blog( $blog, function () { Platform::pair( 'http://127.0.0.1:9' ); Outbound\keep_scheduled(); } );
		}
		deactivate_plugins( self::PLUGIN, false, true );
		foreach ( $blogs as $blog ) {
			$this->assertFalse( Network\in_blog( $blog, function () { return wp_next_scheduled( Outbound\CRON_HOOK ); } ) );
			$this->assertNotSame( [], $this->options( $blog ) );
		}
		define( 'WP_UNINSTALL_PLUGIN', self::PLUGIN );
		include WP_PLUGIN_DIR . '/igny8-wp-bridge/uninstall.php';
		wp_cache_flush();
		global $wpdb;
		foreach ( $blogs as $blog ) {
			$this->assertSame( [ [], [] ], [ $this->tables( $blog ), $this->options( $blog ) ], "blog $blog" );
		}
		$this->assertSame( [], $wpdb->get_col( "SELECT meta_key FROM $wpdb->sitemeta WHERE meta_key LIKE '%igny8%'" ) );
		$this->assertSame( 1, get_current_blog_id() );
	}
}
