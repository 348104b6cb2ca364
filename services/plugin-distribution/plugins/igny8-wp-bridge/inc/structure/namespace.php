<?php
/**
 * Structure: what kinds of posts and terms the site has and what it can do, pushed to the platform.
 *
 * A push is due right after pairing, a minute at the earliest after the one before when something changed, and daily. When it
 * is due stands where the sender's due time stands, so that it needs neither WP-Cron nor a query. What the platform
 * answers says of which types it wants to hear.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Structure;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Reading;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;
use WP_REST_Response;

/** How this room stands: `due_at`, `sent_at`, `failures`, `reason`. */
const STATE_OPTION = 'igny8_bridge_structure';

/** What happens close together is pushed together, in seconds. */
const SETTLING_SECONDS = 5;

/** Two pushes are at least so far apart, in seconds. */
const SHORTEST_GAP = MINUTE_IN_SECONDS;

/** Listen to what changes the structure. */
function bootstrap(): void {
	foreach ( [ 'created_term', 'edited_term', 'delete_term' ] as $hook ) {
		add_action( $hook, __NAMESPACE__ . '\\note_term_change', 10, 3 );
	}
	$hooks = [
		'activated_plugin',
		'deactivated_plugin',
		'upgrader_process_complete',
		'switch_theme',
		'deleted_user',
		'update_option_permalink_structure',
		'update_option_timezone_string',
		'update_option_gmt_offset',
		'update_option_WPLANG',
	];
	foreach ( $hooks as $hook ) {
		add_action( $hook, __NAMESPACE__ . '\\note_change', 10, 0 );
	}
	add_action( 'set_user_role', __NAMESPACE__ . '\\note_role_change', 10, 3 );
	add_action( 'admin_init', __NAMESPACE__ . '\\begin' );
}

/** Answer `GET /structure`. */
function answer_structure(): WP_REST_Response {
	return Rest\success( describe() );
}

/** Note that a term changed, of a taxonomy the platform is told of. */
function note_term_change( $term_id, $tt_id = 0, $taxonomy = '' ): void {
	$object = get_taxonomy( (string) $taxonomy );
	if ( $object && Reading\is_told( $object ) ) {
		note_change();
	}
}

/** Note that somebody may write from now on, or may not any more; shops have users by the thousand who never do. */
function note_role_change( $user_id, $role = '', $before = [] ): void {
	foreach ( array_merge( [ $role ], (array) $before ) as $name ) {
		$one = is_string( $name ) ? get_role( $name ) : null;
		if ( $one && $one->has_cap( 'edit_posts' ) ) {
			note_change();
			return;
		}
	}
}

/** Let the structure be pushed soon, once in a request and once in a minute, if the site ever pushed it. */
function note_change(): void {
	if ( ! Storage\is_ready() || has_noted( true ) ) {
		return;
	}
	$state          = state();
	$soon           = max( time() + SETTLING_SECONDS, $state['sent_at'] + SHORTEST_GAP );
	if ( $state['due_at'] > $soon && ! $state['failures'] ) {
		be_due( $soon );
	}
}

/** Remember, or read, whether this request has noted a change in this blog already. */
function has_noted( bool $set ): bool {
	static $noted = [];
	$blog           = get_current_blog_id();
	$before         = $noted[ $blog ] ?? false;
	$noted[ $blog ] = $set;
	return $before;
}

/** Let the structure be pushed at a time. */
function be_due( int $at ): void {
	update_option( STATE_OPTION, [ 'due_at' => $at ] + state(), false );
	Outbound\set_due();
}

/** Begin to push on a site that was connected before it could. */
function begin(): void {
	if ( ! get_option( Outbound\DUE_OPTION ) && ! state()['due_at'] && Connection\is_paired() && ! Connection\has_moved() ) {
		be_due( time() );
	}
}

/** Tell when the next push is due, 0 while none is. */
function due_at(): int {
	return state()['due_at'];
}

/**
 * Read how pushing goes.
 *
 * @return array{due_at:int,sent_at:int,failures:int,reason:string}
 */
function state(): array {
	$stored = get_option( STATE_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'due_at'   => 0,
		'sent_at'  => 0,
		'failures' => 0,
		'reason'   => '',
	];
}
