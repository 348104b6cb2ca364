<?php
// php install.php ROOT URL USER EMAIL: wp_install() without a browser. The password comes by WORDPRESS_ADMIN_PASSWORD.
list( , $root, $url, $user, $email ) = $argv;

$parts                      = parse_url( $url );
$_SERVER['HTTP_HOST']       = $parts['host'] . ':' . $parts['port'];
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
$_SERVER['SCRIPT_NAME']     = '/wp-admin/install.php';
$_SERVER['PHP_SELF']        = '/wp-admin/install.php';

define( 'WP_INSTALLING', true );
define( 'WP_SITEURL', $url ); // Else WordPress guesses the address from this script's path.

/** Defined before WordPress does: no mail about the new site. */
function wp_new_blog_notification() {}

require $root . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

if ( is_blog_installed() ) {
	fwrite( STDERR, "already installed\n" );
	exit( 0 );
}

// wp_install() asks the site itself whether pretty links work, and no server runs yet.
add_filter(
	'pre_http_request',
	function () {
		return new WP_Error( 'local', 'no requests while installing' );
	},
	1
);

$made = wp_install( 'Tideline', $user, $email, true, '', getenv( 'WORDPRESS_ADMIN_PASSWORD' ) );
if ( empty( $made['user_id'] ) ) {
	fwrite( STDERR, "wp_install() made no user\n" );
	exit( 1 );
}
