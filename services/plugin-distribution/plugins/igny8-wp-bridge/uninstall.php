<?php
/**
 * Removes the plugin's tables, options and schedule from every blog. Posts, their fields and images stay.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/inc/storage/namespace.php';

if ( ! is_multisite() ) {
	Storage\remove_everything();
	return;
}
foreach ( get_sites( [ 'fields' => 'ids', 'number' => 0 ] ) as $igny8_blog ) {
	switch_to_blog( $igny8_blog );
	Storage\remove_everything();
	restore_current_blog();
}
