<?php
// phpcs:disable
use function IGNY8\Bridge\load_translations;

final class TranslationTest extends SiteTestCase {
	public function test_a_translation_that_came_with_the_plugin_is_used(): void {
		require_once ABSPATH . WPINC . '/pomo/mo.php';
		$file = WP_PLUGIN_DIR . '/igny8-wp-bridge/languages/igny8-wp-bridge-xx_XX.mo';
		$mo   = new MO();
		$mo->add_entry( [ 'singular' => 'Run the checks', 'translations' => [ 'Prüfen' ] ] );
		$mo->add_entry( [ 'singular' => '%s event', 'plural' => '%s events', 'translations' => [ '%s Ereignis', '%s Ereignisse' ] ] );
		$mo->set_header( 'Plural-Forms', 'nplurals=2; plural=n != 1;' );
		$this->assertTrue( $mo->export_to_file( $file ) );
		$locale = function () { return 'xx_XX'; };
		add_filter( 'plugin_locale', $locale );
		add_filter( 'determine_locale', $locale );
		try {
			unload_textdomain( 'igny8-wp-bridge' );
			load_translations();
			$this->assertSame( 'Prüfen', __( 'Run the checks', 'igny8-wp-bridge' ) );
			$this->assertSame( [ '%s Ereignis', '%s Ereignisse' ], [ _n( '%s event', '%s events', 1, 'igny8-wp-bridge' ), _n( '%s event', '%s events', 2, 'igny8-wp-bridge' ) ] );
			$this->assertSame( 'Status', __( 'Status', 'igny8-wp-bridge' ) );
		} finally {
			remove_filter( 'plugin_locale', $locale );
			remove_filter( 'determine_locale', $locale );
			unload_textdomain( 'igny8-wp-bridge' );
			unlink( $file );
		}
	}
}
