<?php
/**
 * What this room keeps, and how it all goes. Loaded by uninstall.php too, without the rest.
 *
 * A network has one plugin folder, so all but the reports is kept for the network as a whole.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

/** What the platform last offered, and when it may be asked again. */
const ANSWER_OPTION = 'igny8_bridge_updates';

/** `stable` or `beta`. */
const CHANNEL_OPTION = 'igny8_bridge_channel';

/** How far the release log has been followed. */
const LOG_OPTION = 'igny8_bridge_release_log';

/** The version that was undone here, and why. */
const FAILED_OPTION = 'igny8_bridge_failed_version';

/** In whose name a network asks. */
const BLOG_OPTION = 'igny8_bridge_updates_blog';

/** Why the last update went without a guard, '' if it did not. */
const GUARD_OPTION = 'igny8_bridge_guard';

const SITE_OPTIONS = [ ANSWER_OPTION, CHANNEL_OPTION, LOG_OPTION, FAILED_OPTION, BLOG_OPTION, GUARD_OPTION ];

/** How a blog's reports to the platform go. */
const REPORTS_OPTION = 'igny8_bridge_reports';

const GUARD_FILE = 'igny8-wp-bridge-guard.php';

/** Where the guard keeps the previous build and its notes. Not in `upgrade`, which WordPress empties at every update. */
function guard_folder(): string {
	return WP_CONTENT_DIR . '/upgrade-igny8-wp-bridge';
}

/** Remove the options, the guard and the kept build. */
function remove_everything(): void {
	array_map( 'delete_site_option', SITE_OPTIONS );
	remove_guard();
}

/** Remove the guard with the build it keeps. */
function remove_guard(): void {
	if ( is_file( WPMU_PLUGIN_DIR . '/' . GUARD_FILE ) ) {
		unlink( WPMU_PLUGIN_DIR . '/' . GUARD_FILE ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- the guard was written by PHP itself.
	}
	delete_folder( guard_folder() );
}

/** Delete a folder of our own with all that is in it; of a link only the link. */
function delete_folder( string $folder ): void {
	require_once ABSPATH . 'wp-admin/includes/class-wp-filesystem-base.php';
	require_once ABSPATH . 'wp-admin/includes/class-wp-filesystem-direct.php';
	if ( is_dir( $folder ) ) {
		( new \WP_Filesystem_Direct( null ) )->delete( $folder, true );
	}
}
