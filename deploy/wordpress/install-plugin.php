<?php
// eval.php … install-plugin.php ZIP SLUG: as an administrator's upload would, by WordPress' own upgrader, and activated.
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';

list( $package, $slug ) = $arguments;

$skin      = new Automatic_Upgrader_Skin();
$upgrader  = new Plugin_Upgrader( $skin );
$installed = $upgrader->install( $package, array( 'overwrite_package' => true ) );
if ( true !== $installed ) {
	$reason = is_wp_error( $installed ) ? $installed : $skin->get_errors();
	fwrite( STDERR, ( $reason->get_error_message() ?: implode( "\n", $skin->get_upgrade_messages() ) ) . "\n" );
	exit( 1 );
}
$activated = activate_plugin( $slug . '/' . $slug . '.php' );
if ( is_wp_error( $activated ) ) {
	fwrite( STDERR, $activated->get_error_message() . "\n" );
	exit( 1 );
}
echo get_plugin_data( WP_PLUGIN_DIR . "/$slug/$slug.php" )['Version'], "\n";
