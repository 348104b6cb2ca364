<?php
/**
 * `wp igny8 update …`: by the same road as Dashboard > Updates.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Cli;

use Automatic_Upgrader_Skin;
use IGNY8\Bridge\Updates;
use Plugin_Upgrader;
use WP_CLI;
use const IGNY8\Bridge\FILE;
use const IGNY8\Bridge\VERSION;

/** Ask for an update. */
function update_check( array $arguments, array $options ): void {
	$offered = asked_for_update();
	$facts   = [
		'installed' => VERSION,
		'channel'   => Updates\channel(),
		'guard'     => Updates\guard_state()['state'],
		'available' => empty( $offered['update_available'] ) ? 'no' : 'yes',
		'version'   => (string) ( $offered['version'] ?? '' ),
		'reason'    => (string) ( $offered['reason'] ?? '' ),
	];
	show_facts( $options, $facts );
}

/** Install the update that is offered. */
function update_install(): void {
	$offered = asked_for_update();
	if ( empty( $offered['update_available'] ) ) {
		WP_CLI::success( 'There is nothing to install: ' . VERSION . ' stays.' );
		return;
	}
	require_once ABSPATH . 'wp-admin/includes/admin.php';
	require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
	$plugin  = plugin_basename( FILE );
	$skin    = new Automatic_Upgrader_Skin();
	$level   = ob_get_level();
	$outcome = ( new Plugin_Upgrader( $skin ) )->bulk_upgrade( [ $plugin ] );
	while ( ob_get_level() > $level ) {
		ob_end_clean(); // The skin leaves its own open when a package is refused.
	}
	$outcome = is_array( $outcome ) ? ( $outcome[ $plugin ] ?? false ) : $outcome;
	if ( is_wp_error( $outcome ) ) {
		WP_CLI::error( $outcome->get_error_code() . ': ' . $outcome->get_error_message() );
	}
	if ( ! is_array( $outcome ) ) {
		WP_CLI::error( 'It was not installed: ' . wp_strip_all_tags( implode( ' ', $skin->get_upgrade_messages() ) ) );
	}
	WP_CLI::success( "Updated to {$offered['version']}." );
}

/** Ask the platform, or say why that is not possible. */
function asked_for_update(): array {
	if ( ! function_exists( 'IGNY8\\Bridge\\Updates\\check_now' ) ) {
		WP_CLI::error( 'This build does not update itself. Install a release.' );
	}
	$offered = Updates\check_now();
	if ( is_wp_error( $offered ) ) {
		WP_CLI::error( $offered->get_error_code() . ': ' . $offered->get_error_message() );
	}
	return $offered;
}
