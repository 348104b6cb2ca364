<?php
/**
 * Uses the plugin once, with every notice and deprecation heard: php smoke.php activate | use
 *
 * Fails on what the plugin's files are warned of, and on what core is warned of because the plugin gave it the wrong thing.
 *
 * @package IGNY8\Bridge
 */

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Doctor;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Screen;
use IGNY8\Bridge\Site_Health;
use IGNY8\Bridge\Structure;

$said = [];
set_error_handler(
	static function ( $level, $message, $file, $line ) use ( &$said ) {
		$ours = false !== strpos( $file, '/plugins/igny8-wp-bridge/' ) && false === strpos( $file, '/plugins/igny8-wp-bridge/tests/' );
		if ( ! $ours && false !== strpos( $message, 'Passing null' ) ) {
			foreach ( array_slice( debug_backtrace( DEBUG_BACKTRACE_IGNORE_ARGS ), 0, 4 ) as $frame ) {
				$ours = $ours || false !== strpos( $frame['file'] ?? '', '/plugins/igny8-wp-bridge/inc/' );
			}
		}
		if ( $ours && ( error_reporting() & $level ) ) {
			$said[] = "$message in $file:$line";
		}
		return true;
	}
);

require dirname( __DIR__ ) . '/integration/fixtures/load-wordpress.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
error_reporting( E_ALL );
ini_set( 'display_errors', '0' );
wp_set_current_user( 1 );
$plugin = 'igny8-wp-bridge/igny8-wp-bridge.php';

if ( 'activate' === $argv[1] ) {
	deactivate_plugins( $plugin, true );
	$problem = activate_plugin( $plugin );
	if ( is_wp_error( $problem ) ) {
		$said[] = $problem->get_error_message();
	}
} else {
	require dirname( __DIR__ ) . '/integration/fixtures/Platform.php';
	require dirname( __DIR__ ) . '/integration/fixtures/wp-cli-stand-in.php';
	require WP_PLUGIN_DIR . '/igny8-wp-bridge/inc/cli/namespace.php';
	Platform::pair();
	$_SERVER['REQUEST_METHOD'] = 'GET';
	$expect                    = static function ( $expected, $found, $what ) use ( &$said ) {
		if ( $expected !== $found ) {
			$said[] = "$what: " . wp_json_encode( $found );
		}
	};
	$expect( true, Platform::ask_here( 'GET', '/status', [], '' )['paired'] ?? null, 'status' );
	$payload = [
		'operation_id' => wp_generate_uuid4(),
		'content_id'   => random_int( 1, 1000000000 ),
		'title'        => 'Smoke',
		'content_html' => '<h2>A</h2><p>B</p>',
		'status'       => 'publish',
		'tags'         => [ 'smoke' ],
		'seo_title'    => 'S',
	];
	$made    = Platform::ask_here( 'POST', '/publish', [], wp_json_encode( $payload ) );
	$expect( true, $made['success'] ?? null, 'publish' );
	$update = [
		'operation_id'      => wp_generate_uuid4(),
		'expected_revision' => $made['revision'] ?? '',
		'title'             => 'Smoke again',
	];
	$post   = (int) ( $made['post_id'] ?? 0 );
	$expect( true, Platform::ask_here( 'PUT', "/posts/$post", [], wp_json_encode( $update + $payload ) )['success'] ?? null, 'update' );
	foreach ( [ '/posts', '/posts/checksums', "/posts/$post", '/structure', '/doctor', '/collections/post' ] as $path ) {
		$expect( true, Platform::ask_here( 'GET', $path, [], '' )['success'] ?? null, $path );
	}
	$GLOBALS['post'] = get_post( $post );
	apply_filters( 'the_content', get_post( $post )->post_content );
	ob_start();
	set_current_screen( 'plugins' );
	do_action( 'admin_notices' );
	foreach ( Screen\TABS as $_GET['tab'] ) {
		Screen\show_page();
	}
	Screen\show_findings( Doctor\findings() );
	ob_end_clean();
	foreach ( Site_Health\add_tests( [] )['direct'] as $test ) {
		call_user_func( $test['test'] );
	}
	Site_Health\add_information( [] );
	IGNY8\Bridge\Privacy\export( get_userdata( 1 )->user_email );
	IGNY8\Bridge\Cli\bootstrap();
	foreach ( [ 'igny8 status', 'igny8 doctor', 'igny8 outbox list', 'igny8 outbox send', 'igny8 sync structure' ] as $line ) {
		WP_CLI::run( $line );
	}
	do_action( Outbound\CRON_HOOK );
	Outbound\send_after_the_response();
	deactivate_plugins( $plugin );
	define( 'WP_UNINSTALL_PLUGIN', $plugin );
	include WP_PLUGIN_DIR . '/igny8-wp-bridge/uninstall.php';
	$expect( false, get_option( 'igny8_bridge_settings' ), 'uninstall' );
}
echo 'PHP ', PHP_VERSION, ' ', $argv[1], ': ', $said ? implode( "\n", $said ) : 'quiet', "\n";
