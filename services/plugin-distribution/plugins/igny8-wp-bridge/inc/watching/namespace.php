<?php
/**
 * Watching: what a request changed in posts, told when it is over.
 *
 * One save in the block editor is two requests and dozens of hooks, and SEO plugins write after everybody else. So nothing is
 * told by a hook: the hooks note how things were before the first change, and when the request is over what was is compared
 * with what is. What came back to where it was is no change. Noting asks the database for nothing; what has to be known
 * at the end is asked for together, however many posts were touched.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Watching;

use IGNY8\Bridge\Storage;
use Throwable;

/** So many touched posts are compared without waiting for the end, for imports never end. */
const MOST_TOUCHED = 1000;

/** Note what is about to change, and compare when all others have done their work, but before the sender begins. */
function bootstrap(): void {
	add_action( 'pre_post_update', __NAMESPACE__ . '\\note_row', 1 );
	add_action( 'transition_post_status', __NAMESPACE__ . '\\note_status', 1, 3 );
	add_action( 'add_term_relationship', __NAMESPACE__ . '\\note_term', 10, 3 );
	add_action( 'delete_term_relationships', __NAMESPACE__ . '\\note_lost_terms', 10, 3 );
	add_action( 'add_post_meta', __NAMESPACE__ . '\\note_new_field', 10, 2 );
	add_action( 'update_post_meta', __NAMESPACE__ . '\\note_field', 10, 3 );
	add_action( 'delete_post_meta', __NAMESPACE__ . '\\note_lost_field', 10, 3 );
	add_action( 'shutdown', __NAMESPACE__ . '\\report', PHP_INT_MAX - 1 );
}

/** Queue the updates this request made, in whichever blogs of the network. */
function report(): void {
	foreach ( take_touched() as $blog => $touched ) {
		$elsewhere = get_current_blog_id() !== $blog;
		if ( $elsewhere ) {
			switch_to_blog( $blog );
		}
		try {
			if ( Storage\is_ready() ) {
				report_changes( $touched );
			}
		} catch ( Throwable $problem ) {
			// Another plugin failed in one of its filters. The platform will find the difference when it compares.
			unset( $problem );
		} finally {
			if ( $elsewhere ) {
				restore_current_blog();
			}
		}
	}
}
