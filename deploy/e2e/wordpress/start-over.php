<?php
// wp --site … start-over.php ZIP: the plugin from this ZIP, active, in the whole network where there is one, and nothing known of updates.
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';

$plugin = 'igny8-wp-bridge/igny8-wp-bridge.php';
deactivate_plugins( $plugin, true );
wp_clean_plugins_cache();
$skin = new Automatic_Upgrader_Skin();
if ( true !== ( new Plugin_Upgrader( $skin ) )->install( $arguments[0] ) ) {
	fwrite( STDERR, implode( "\n", $skin->get_upgrade_messages() ) . "\n" );
	exit( 1 );
}
$problem = activate_plugin( $plugin, '', is_multisite() );
if ( is_wp_error( $problem ) ) {
	fwrite( STDERR, $problem->get_error_message() . "\n" );
	exit( 1 );
}
\IGNY8\Bridge\Updates\remove_everything();
foreach ( array( 'update_plugins', 'plugin_slugs' ) as $known ) {
	delete_site_transient( $known );
}
delete_site_option( 'auto_update_plugins' );
delete_option( 'auto_updater.lock' );
