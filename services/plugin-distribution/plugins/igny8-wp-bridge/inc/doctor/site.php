<?php
/**
 * What the site is: WordPress itself, its schedule, its caches, and what stands before it.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Structure;

const LEAST_WORDPRESS = '5.6';

/** A schedule that has not run for so long does not run, in seconds. */
const CRON_IS_LATE = 15 * MINUTE_IN_SECONDS;

/** Plugins that may keep the platform out, by their folders. */
const SECURITY_PLUGINS = [
	'wordfence',
	'better-wp-security',
	'ithemes-security-pro',
	'all-in-one-wp-security-and-firewall',
	'sucuri-scanner',
	'wp-cerber',
	'ninjafirewall',
	'wp-simple-firewall',
	'bulletproof-security',
	'disable-json-api',
	'disable-wp-rest-api',
	'wp-hide-security-enhancer',
	'defender-security',
];

/** Plugins that may answer in the site's place, by their folders. */
const CACHE_PLUGINS = [
	'w3-total-cache',
	'wp-super-cache',
	'wp-rocket',
	'litespeed-cache',
	'wp-fastest-cache',
	'sg-cachepress',
	'cache-enabler',
	'breeze',
	'hummingbird-performance',
	'nginx-helper',
];

/** Check WordPress' version. */
function check_wordpress(): array {
	$version = get_bloginfo( 'version' );
	return judged( version_compare( $version, LEAST_WORDPRESS, '>=' ), __( 'WordPress is new enough.', 'igny8-wp-bridge' ), __( 'WordPress is too old.', 'igny8-wp-bridge' ), "WordPress $version, multisite=" . ( is_multisite() ? 'yes' : 'no' ), __( 'Update WordPress.', 'igny8-wp-bridge' ) );
}

/** Check whether what goes to the site can be read on the way. */
function check_https(): array {
	$address = Connection\current_address();
	$secure  = 'https' === wp_parse_url( $address, PHP_URL_SCHEME ) || 'production' !== wp_get_environment_type();
	return judged( $secure, __( 'The site is reached safely.', 'igny8-wp-bridge' ), __( 'The site is reached without TLS.', 'igny8-wp-bridge' ), "$address, " . wp_get_environment_type(), __( 'Get a certificate and change the site\'s address to https.', 'igny8-wp-bridge' ) );
}

/** Tell how addresses are made; the platform can use either way. */
function check_permalinks(): array {
	$structure = (string) get_option( 'permalink_structure' );
	return finding( true, '' !== $structure ? __( 'Permalinks are pretty.', 'igny8-wp-bridge' ) : __( 'Permalinks are plain; the platform asks by rest_route.', 'igny8-wp-bridge' ), "permalink_structure=$structure, rest=" . get_rest_url() );
}

/** Check whether work that is due gets done without visitors. */
function check_cron(): array {
	$last     = Structure\last_cron_run();
	$disabled = defined( 'DISABLE_WP_CRON' ) && DISABLE_WP_CRON;
	$late     = $last && time() - $last > CRON_IS_LATE;
	$evidence = 'DISABLE_WP_CRON=' . ( $disabled ? 'true' : 'false' ) . ', last run: ' . ( $last ? gmdate( 'Y-m-d\TH:i:s\Z', $last ) : 'never' ) . ', next: ' . (int) wp_next_scheduled( Outbound\CRON_HOOK );
	return judged( ! $late, __( 'WP-Cron runs.', 'igny8-wp-bridge' ), __( 'WP-Cron does not run; events wait for the next visitor.', 'igny8-wp-bridge' ), $evidence, __( 'Let the server call wp-cron.php every minute.', 'igny8-wp-bridge' ) );
}

/** Tell which object cache the site has. */
function check_object_cache(): array {
	$external = (bool) wp_using_ext_object_cache();
	$kind     = $GLOBALS['wp_object_cache'] ?? null;
	return finding( true, $external ? __( 'The site has a persistent object cache.', 'igny8-wp-bridge' ) : __( 'The site has no persistent object cache.', 'igny8-wp-bridge' ), is_object( $kind ) ? get_class( $kind ) : '' );
}

/** Tell which page caches could answer in the site's place. */
function check_cache_plugins(): array {
	$found = active_among( CACHE_PLUGINS );
	return finding( true, $found ? __( 'A page cache is active. Our answers forbid storing them.', 'igny8-wp-bridge' ) : __( 'No page cache is known here.', 'igny8-wp-bridge' ), implode( ', ', $found ), $found ? __( 'If the platform gets old answers, exclude /wp-json/igny8/ from the cache.', 'igny8-wp-bridge' ) : '' );
}

/** Tell which plugins could keep the platform out. */
function check_security_plugins(): array {
	$found = active_among( SECURITY_PLUGINS );
	return finding( true, $found ? __( 'A security plugin is active. It lets this request through.', 'igny8-wp-bridge' ) : __( 'No security plugin is known here.', 'igny8-wp-bridge' ), implode( ', ', $found ), $found ? __( 'If requests are refused, allow /wp-json/igny8/v1/ for IGNY8 in its settings.', 'igny8-wp-bridge' ) : '' );
}

/** List those of these plugins that are active. */
function active_among( array $folders ): array {
	$active = array_merge( (array) get_option( 'active_plugins' ), is_multisite() ? array_keys( (array) get_site_option( 'active_sitewide_plugins' ) ) : [] );
	return array_values( array_intersect( $folders, array_map( 'dirname', array_filter( $active, 'is_string' ) ) ) );
}

/** Check whether somebody is there to write for the platform. */
function check_author(): array {
	$author = Connection\default_author();
	$user   = $author ? get_userdata( $author ) : false;
	return judged( $user && user_can( $user, 'publish_posts' ), __( 'The platform can write.', 'igny8-wp-bridge' ), __( 'The default author may not publish.', 'igny8-wp-bridge' ), $user ? "{$user->user_login} (" . implode( ', ', $user->roles ) . ')' : 'nobody', __( 'Choose a default author who may publish, under Settings > IGNY8.', 'igny8-wp-bridge' ) );
}
