<?php
/**
 * Loads a real WordPress with the plugin active. The site must be being served, for the tests that go over HTTP.
 *
 *     IGNY8_WP_ROOT=/docroot IGNY8_WP_URL=http://127.0.0.1:8080 \
 *       phpunit --no-configuration --do-not-cache-result --bootstrap tests/integration/bootstrap.php tests/integration
 *
 * The site is a throw-away: the tests leave posts in it.
 *
 * @package IGNY8\Bridge
 */

require __DIR__ . '/fixtures/load-wordpress.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

if ( ! is_plugin_active( 'igny8-wp-bridge/igny8-wp-bridge.php' ) ) {
	$problem = activate_plugin( 'igny8-wp-bridge/igny8-wp-bridge.php' );
	if ( is_wp_error( $problem ) ) {
		fwrite( STDERR, 'The plugin is not in ' . WP_PLUGIN_DIR . ': ' . $problem->get_error_message() . "\n" );
		exit( 1 );
	}
}
\IGNY8\Bridge\Storage\make_missing_tables();

require __DIR__ . '/fixtures/Platform.php';
require __DIR__ . '/fixtures/Visitor.php';
require __DIR__ . '/fixtures/Browser.php';
require __DIR__ . '/fixtures/PlatformServer.php';
require __DIR__ . '/fixtures/SiteTestCase.php';
require __DIR__ . '/fixtures/Releases.php';
require __DIR__ . '/fixtures/SelfUpdateTestCase.php';
