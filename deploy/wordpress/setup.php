<?php
// php setup.php ROOT URL: settings, theme, pretty links and an application password. JSON on standard output.
$argv = array( $argv[0], $argv[1], $argv[2], '-e', '' );
require __DIR__ . '/eval.php';

$settings = array(
	'blogname'               => 'Tideline',
	'blogdescription'        => 'Notes from the edge of the sea',
	'timezone_string'        => 'UTC',
	'blog_public'            => '1',
	'default_comment_status' => 'closed',
	'default_ping_status'    => 'closed',
	'default_pingback_flag'  => '0',
	'uploads_use_yearmonth_folders' => '1',
);
foreach ( $settings as $name => $value ) {
	update_option( $name, $value );
}
switch_theme( 'tideline' );

global $wp_rewrite;
$wp_rewrite->init();
$wp_rewrite->set_permalink_structure( '/%postname%/' );
flush_rewrite_rules( false );

// What a new WordPress shows by itself would stand beside the article.
foreach ( get_posts( array( 'post_type' => array( 'post', 'page' ), 'post_status' => 'any', 'numberposts' => -1 ) ) as $sample ) {
	wp_delete_post( $sample->ID, true );
}

$password = WP_Application_Passwords::create_new_application_password( 1, array( 'name' => 'Local stack, ' . home_url() ) );
if ( is_wp_error( $password ) ) {
	fwrite( STDERR, $password->get_error_message() . "\n" );
	exit( 1 );
}
echo wp_json_encode(
	array(
		'version'              => $GLOBALS['wp_version'],
		'php'                  => PHP_VERSION,
		'application_password' => $password[0],
	)
), "\n";
