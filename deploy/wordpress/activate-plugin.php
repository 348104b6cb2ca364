<?php
// eval.php … activate-plugin.php SLUG
$activated = activate_plugin( $arguments[0] . '/' . $arguments[0] . '.php' );
if ( is_wp_error( $activated ) ) {
	fwrite( STDERR, $activated->get_error_message() . "\n" );
	exit( 1 );
}
