<?php
// eval.php … blog.php NAME: a further blog of the network.

// WordPress before 6.6 takes the port's colon out of a new site's domain.
add_filter(
	'wp_normalize_site_data',
	function ( $data ) {
		return array( 'domain' => DOMAIN_CURRENT_SITE ) + $data;
	}
);
$made = wp_insert_site(
	array(
		'domain'  => DOMAIN_CURRENT_SITE,
		'path'    => "/$arguments[0]/",
		'title'   => 'Tideline',
		'user_id' => 1,
	)
);
if ( is_wp_error( $made ) ) {
	fwrite( STDERR, $made->get_error_message() . "\n" );
	exit( 1 );
}
