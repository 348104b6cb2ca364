<?php
// eval.php … connect.php JSON: the plugin's settings, saved and tested as its own page does.
$outcome = \IGNY8\Bridge\Connection\save_settings( json_decode( $arguments[0], true ) );
if ( true === $outcome ) {
	$outcome = \IGNY8\Bridge\Connection\test();
}
if ( is_wp_error( $outcome ) ) {
	echo $outcome->get_error_code() . ': ' . $outcome->get_error_message(), "\n";
	exit( 1 );
}
foreach ( $outcome['checks'] as $check ) {
	if ( empty( $check['ok'] ) ) {
		echo $check['name'] . ': ' . $check['detail'] . ' ' . $check['fix'], "\n";
		exit( 1 );
	}
}
echo empty( $outcome['signed'] ) ? 'connected, unsigned' : 'connected, signed both ways', ', ', count( $outcome['checks'] ), " checks passed\n";
