<?php
// php network.php ROOT URL: the tables and rows of a network, into an installed WordPress that is none yet.
define( 'WP_INSTALLING_NETWORK', true );
$argv = array( $argv[0], $argv[1], $argv[2], '-e', '' );
require __DIR__ . '/eval.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/network.php';

foreach ( $wpdb->tables( 'ms_global' ) as $table => $name ) {
	$wpdb->$table = $name;
}
install_network();
$made = populate_network( 1, $_SERVER['HTTP_HOST'], get_option( 'admin_email' ), 'Tideline', '/', false );
if ( is_wp_error( $made ) ) {
	fwrite( STDERR, $made->get_error_message() . "\n" );
	exit( 1 );
}
