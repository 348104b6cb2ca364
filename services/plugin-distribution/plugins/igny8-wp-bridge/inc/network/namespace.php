<?php
/**
 * Networks: every blog has tables, keys and a connection of its own.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Network;

use IGNY8\Bridge\Storage;
use WP_Site;
use const IGNY8\Bridge\FILE;

/** So many blogs are prepared when the network activates the plugin; each of the rest by the first request to it. */
const PREPARED_AT_ONCE = 100;

/** Prepare the blogs, now and later. */
function bootstrap(): void {
	register_activation_hook( FILE, __NAMESPACE__ . '\\prepare' );
	add_action( 'wp_initialize_site', __NAMESPACE__ . '\\prepare_new_blog', 900 );
	add_action( 'network_admin_menu', 'IGNY8\\Bridge\\Screen\\add_network_page' );
}

/** Prepare what the plugin was activated for: this blog, or the network's. */
function prepare( $network_wide = false ): void {
	if ( ! is_multisite() || ! $network_wide ) {
		Storage\make_tables();
		return;
	}
	foreach ( first_blogs() as $blog ) {
		in_blog( $blog, 'IGNY8\\Bridge\\Storage\\make_missing_tables' );
	}
}

/**
 * List the oldest blogs of this network, as many as one request can look after.
 *
 * @return int[]
 */
function first_blogs(): array {
	$query = [
		'fields'     => 'ids',
		'network_id' => get_current_network_id(),
		'orderby'    => 'id',
		'number'     => PREPARED_AT_ONCE,
	];
	return array_map( 'intval', get_sites( $query ) );
}

/** Prepare a blog that is being made. */
function prepare_new_blog( $blog ): void {
	if ( $blog instanceof WP_Site && is_active_in_network() ) {
		in_blog( (int) $blog->blog_id, 'IGNY8\\Bridge\\Storage\\make_missing_tables' );
	}
}

/** Tell whether the network as a whole has activated the plugin. */
function is_active_in_network(): bool {
	$active = is_multisite() ? (array) get_site_option( 'active_sitewide_plugins' ) : [];
	return isset( $active[ plugin_basename( FILE ) ] );
}

/**
 * Do something in a blog.
 *
 * @return mixed What the work returns.
 */
function in_blog( int $blog, callable $work ) {
	if ( ! is_multisite() || get_current_blog_id() === $blog ) {
		return $work();
	}
	switch_to_blog( $blog );
	try {
		return $work();
	} finally {
		restore_current_blog();
	}
}
