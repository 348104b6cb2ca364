<?php
/**
 * Makes a network of the throw-away WordPress, if it is none yet, and loads it with the plugin active in the whole network.
 *
 *     IGNY8_WP_ROOT=/docroot IGNY8_WP_URL=http://127.0.0.1:8080 \
 *       phpunit --no-configuration --do-not-cache-result --bootstrap tests/network/bootstrap.php tests/network
 *
 * There is no way back: these tests run last.
 *
 * @package IGNY8\Bridge
 */

$root   = rtrim( (string) getenv( 'IGNY8_WP_ROOT' ), '/' );
$config = (string) file_get_contents( "$root/wp-config.php" );
if ( false === strpos( $config, "'MULTISITE'" ) ) {
	passthru( escapeshellarg( PHP_BINARY ) . ' -d display_errors=stderr ' . escapeshellarg( __DIR__ . '/make-network.php' ), $status );
	if ( 0 !== $status ) {
		exit( 1 );
	}
	$domain    = preg_replace( '~^https?://~', '', rtrim( (string) getenv( 'IGNY8_WP_URL' ), '/' ) );
	$constants = "define( 'MULTISITE', true );\ndefine( 'SUBDOMAIN_INSTALL', false );\ndefine( 'DOMAIN_CURRENT_SITE', '$domain' );\ndefine( 'PATH_CURRENT_SITE', '/' );\ndefine( 'SITE_ID_CURRENT_SITE', 1 );\ndefine( 'BLOG_ID_CURRENT_SITE', 1 );\n";
	file_put_contents( "$root/wp-config.php", preg_replace( '/<\?php\n/', "<?php\n$constants", $config, 1 ) );
}

require dirname( __DIR__ ) . '/integration/fixtures/load-wordpress.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

// WordPress before 6.6 takes the port's colon out of a new site's domain.
add_filter(
	'wp_normalize_site_data',
	static function ( array $data ): array {
		$data['domain'] = DOMAIN_CURRENT_SITE;
		return $data;
	}
);
require dirname( __DIR__ ) . '/integration/fixtures/Platform.php';
