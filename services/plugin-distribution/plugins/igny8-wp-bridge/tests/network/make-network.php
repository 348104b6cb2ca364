<?php
/**
 * Adds the tables and rows of a network to an installed WordPress.
 *
 * @package IGNY8\Bridge
 */

define( 'WP_INSTALLING_NETWORK', true );
require dirname( __DIR__ ) . '/integration/fixtures/load-wordpress.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/network.php';

wp_set_current_user( 1 );
foreach ( $wpdb->tables( 'ms_global' ) as $table => $name ) {
	$wpdb->$table = $name;
}
install_network();
$made = populate_network( 1, $_SERVER['HTTP_HOST'], get_option( 'admin_email' ), 'Network', '/', false );
if ( is_wp_error( $made ) && 'siteid_exists' !== $made->get_error_code() ) {
	fwrite( STDERR, $made->get_error_message() . "\n" );
	exit( 1 );
}
