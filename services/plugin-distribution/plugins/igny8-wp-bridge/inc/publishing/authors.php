<?php
/**
 * Whose rights the platform writes with, and whose name a post bears.
 *
 * The platform speaks as the default author. Where that user may post unfiltered HTML the platform's HTML is stored as it
 * came; elsewhere WordPress filters it as it would in the editor, and the answer says so.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Connection;
use WP_REST_Response;
use WP_User;

/** Do something with the default author's rights. */
function as_default_author( callable $work ): WP_REST_Response {
	$before = get_current_user_id();
	wp_set_current_user( Connection\default_author() );
	try {
		return $work();
	} finally {
		wp_set_current_user( $before );
	}
}

/**
 * Find the author a payload names, by login, e-mail or display name.
 *
 * @param string $name  As the payload has it.
 * @param int    $usual Who the author is without a name, or 0 for the default author.
 * @return array{0:int,1:array} The user, and warnings.
 */
function find_author( string $name, int $usual = 0 ): array {
	$name  = trim( $name );
	$usual = $usual ? $usual : Connection\default_author();
	if ( '' === $name ) {
		return [ $usual, [] ];
	}
	$user = get_user_by( 'login', $name );
	if ( ! $user && is_email( $name ) ) {
		$user = get_user_by( 'email', $name );
	}
	if ( ! $user ) {
		$user = find_by_display_name( $name );
	}
	if ( $user && user_can( $user, 'edit_posts' ) ) {
		return [ (int) $user->ID, [] ];
	}
	return [ $usual, [ warning( 'author_unknown', $name, 'No author of this name here; another stands in.' ) ] ];
}

/** Find a user of this blog by display name; two of the same name are nobody. */
function find_by_display_name( string $name ): ?WP_User {
	global $wpdb;
	$ids = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM {$wpdb->users} WHERE display_name = %s LIMIT 20", $name ) );
	$ids = array_values( array_filter( array_map( 'intval', $ids ), 'is_user_member_of_blog' ) );
	return 1 === count( $ids ) ? get_userdata( $ids[0] ) : null;
}
