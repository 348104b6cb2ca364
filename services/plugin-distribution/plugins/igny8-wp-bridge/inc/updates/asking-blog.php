<?php
/**
 * In whose name an installation asks: a network has one plugin folder, and an identity for each blog.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Network;
use IGNY8\Bridge\Safe_Mode;

/** How many blogs are looked at where none is known to be paired. */
const MOST_BLOGS = 200;

/**
 * Do something in the blog that speaks for this installation.
 *
 * @return mixed|\WP_Error What the work returns, or that there is no such blog.
 */
function in_asking_blog( callable $work ) {
	$blog = asking_blog();
	if ( ! $blog ) {
		return refusal( Safe_Mode\is_on() ? 'safe_mode' : 'not_paired' );
	}
	return Network\in_blog( $blog, $work );
}

/** Find the blog: the main site's if it can, else the first that is paired; 0 if none is. */
function asking_blog(): int {
	if ( ! is_multisite() ) {
		return can_ask() ? get_current_blog_id() : 0;
	}
	foreach ( [ get_main_site_id(), (int) get_site_option( BLOG_OPTION ) ] as $blog ) {
		if ( $blog && blog_can_ask( $blog ) ) {
			return $blog;
		}
	}
	return 0;
}

/** Look through a network for a blog that is paired, as after an update from a version that did not note it. */
function look_for_paired_blog(): void {
	if ( ! is_multisite() || asking_blog() ) {
		return;
	}
	$query = [
		'fields'  => 'ids',
		'number'  => MOST_BLOGS,
		'orderby' => 'id',
	];
	foreach ( get_sites( $query ) as $blog ) {
		if ( blog_can_ask( (int) $blog ) ) {
			update_site_option( BLOG_OPTION, (int) $blog );
			return;
		}
	}
}

/** Note that this blog was paired, for a network in which none could ask before. */
function note_paired_blog(): void {
	if ( is_multisite() && ! asking_blog() && can_ask() ) {
		update_site_option( BLOG_OPTION, get_current_blog_id() );
	}
}

/** Tell whether a blog of the network may ask; one that was deleted may not. */
function blog_can_ask( int $blog ): bool {
	return (bool) get_site( $blog ) && Network\in_blog( $blog, __NAMESPACE__ . '\\can_ask' );
}

/** Tell whether this blog is paired, knows where to ask, and is no copy. */
function can_ask(): bool {
	return Connection\is_paired() && ! Safe_Mode\is_on() && '' !== (string) ( Connection\pairing()['plugin_url'] ?? '' );
}
