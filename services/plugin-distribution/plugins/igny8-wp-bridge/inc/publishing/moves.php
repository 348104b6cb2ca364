<?php
/**
 * `DELETE /posts/{post_id}?action=…`: a post is taken down, brought back, or deleted for good.
 *
 * A move is decided as the status it leads to, so that repeating it can lead nowhere else.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use Throwable;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;

const MOVES = [ 'unpublish', 'trash', 'restore', 'delete' ];

/** Post meta: the status a post had before the platform unpublished it. */
const STATUS_BEFORE = '_igny8_status_before';

/** Answer `DELETE /posts/{post_id}`. */
function answer_move( WP_REST_Request $request ): WP_REST_Response {
	$query  = $request->get_query_params();
	$errors = [];
	$order  = [
		'operation_id' => read_operation_id( $query, $errors ),
		'content_id'   => read_content_id( $query, $errors ),
		'post_id'      => (int) $request->get_url_params()['post_id'],
		'action'       => read_choice( $query, 'action', '', MOVES, $errors ),
	];
	if ( $errors ) {
		return invalid_payload( $errors );
	}
	$order['body_hash'] = body_hash( array_diff_key( $order, [ 'operation_id' => '' ] ) );
	$order['fine']      = 'delete' === $order['action'];
	$order['adopt']     = '1' === ( $query['adopt'] ?? '' );

	ignore_user_abort( true );
	return as_default_author(
		static function () use ( $order ): WP_REST_Response {
			return change(
				$order,
				static function ( object $content, ?WP_Post $post ) use ( $order ): string {
					return destination( $order['action'], $post );
				},
				static function ( ?WP_Post $post, string $status, string $owner ) use ( $order ): WP_REST_Response {
					return move( $order, $post, $status, $owner );
				}
			);
		}
	);
}

/** Decide which status a move leads to. */
function destination( string $action, ?WP_Post $post ): string {
	if ( 'delete' === $action || ! $post ) {
		return 'deleted';
	}
	if ( 'unpublish' === $action ) {
		return 'draft';
	}
	if ( 'trash' === $action ) {
		// Without a trash WordPress would delete the post for good.
		return EMPTY_TRASH_DAYS || 'trash' === $post->post_status ? 'trash' : 'draft';
	}
	if ( 'trash' === $post->post_status ) {
		return known_status( (string) get_post_meta( $post->ID, '_wp_trash_meta_status', true ), 'draft' );
	}
	if ( in_array( $post->post_status, [ 'publish', 'future', 'private' ], true ) ) {
		return $post->post_status;
	}
	return known_status( (string) get_post_meta( $post->ID, STATUS_BEFORE, true ), 'publish' );
}

/** Take a status that was noted earlier if it is one a post may have. */
function known_status( string $status, string $otherwise ): string {
	$never = [ '', 'trash', 'auto-draft', 'inherit', 'new' ];
	return get_post_status_object( $status ) && ! in_array( $status, $never, true ) ? $status : $otherwise;
}

/** Bring a post to a status, if it is not there already, and settle. */
function move( array $order, ?WP_Post $post, string $status, string $owner ): WP_REST_Response {
	$warnings = [];
	if ( 'trash' === $order['action'] && 'trash' !== $status ) {
		$warnings[] = warning( 'trash_disabled', 'trash', 'This site has no trash; the post is a draft instead.' );
	}
	if ( $post && ! is_at( $post, $status ) ) {
		if ( in_array( $order['action'], [ 'unpublish', 'trash' ], true ) && 'draft' === $status ) {
			remember_status( $post );
		}
		$problem = bring_to( $post, $status, $warnings );
		clean_post_cache( $post->ID );
		$now = get_post( $post->ID );
		if ( $now ? ! is_at( $now, $status ) : 'deleted' !== $status ) {
			return abandon_change( $order, $owner, '' !== $problem ? $problem : 'WordPress did not move the post.' );
		}
		if ( '' !== $problem ) {
			$warnings[] = warning( 'hook_failed', 'save', $problem );
		}
	}
	if ( $post && ! in_array( $status, [ 'trash', 'deleted' ], true ) ) {
		leave_trash( (int) $post->ID );
	}
	return settle_change( $order, $owner, $warnings );
}

/** Tell whether a post is at a status; a scheduled post that is due has been published meanwhile. */
function is_at( WP_Post $post, string $status ): bool {
	$scheduled = [ 'publish', 'future' ];
	return $post->post_status === $status || ( in_array( $status, $scheduled, true ) && in_array( $post->post_status, $scheduled, true ) );
}

/** Note which status a post is to have again once it is restored. */
function remember_status( WP_Post $post ): void {
	$status = 'trash' === $post->post_status ? (string) get_post_meta( $post->ID, '_wp_trash_meta_status', true ) : $post->post_status;
	if ( 'draft' !== known_status( $status, 'draft' ) ) {
		update_post_meta( $post->ID, STATUS_BEFORE, $status );
	}
}

/**
 * Let WordPress move a post.
 *
 * @return string '' or what went wrong on the way.
 */
function bring_to( WP_Post $post, string $status, array &$warnings ): string {
	try {
		if ( 'deleted' === $status ) {
			wp_delete_post( $post->ID, true );
		} elseif ( 'trash' === $status ) {
			wp_trash_post( $post->ID );
		} elseif ( 'trash' === $post->post_status ) {
			take_from_trash( $post, $status );
		} else {
			$changes = [
				'ID'          => (int) $post->ID,
				'post_status' => $status,
			];
			return update_post( $changes, $warnings );
		}
	} catch ( Throwable $thrown ) {
		return 'Another plugin failed while the post was moved: ' . $thrown->getMessage();
	}
	return '';
}
