<?php
// php eval.php ROOT URL SCRIPT [ARGUMENTS…]: runs a script inside the site as its administrator.
// php eval.php ROOT URL -e 'CODE' [ARGUMENTS…]: the same with code from the command line.
// The script finds its arguments in $arguments. An uncaught error ends with a status of 255.
$parts                      = parse_url( $argv[2] );
$_SERVER['HTTP_HOST']       = $parts['host'] . ':' . $parts['port'];
$_SERVER['REQUEST_URI']     = ( $parts['path'] ?? '' ) . '/'; // By which a network knows its blogs.
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
$_SERVER['SCRIPT_NAME']     = '/index.php';
$_SERVER['PHP_SELF']        = '/index.php';

require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
wp_set_current_user( 1 );

try {
	if ( '-e' === $argv[3] ) {
		$arguments = array_slice( $argv, 5 );
		eval( $argv[4] );
	} else {
		$arguments = array_slice( $argv, 4 );
		require $argv[3];
	}
} catch ( Throwable $error ) {
	// WordPress would print a page about it.
	fwrite( STDERR, $error . "\n" );
	exit( 255 );
}
