<?php
/**
 * `DELETE /posts/{id}`: the post is taken down, or brought back.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rest;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;

const ACTIONS = [ 'unpublish', 'trash', 'restore', 'delete' ];

/** Keeps what a post was before the platform made it a draft. */
const STATUS_BEFORE = '_igny8_status_before';

/** Answer `DELETE /posts/{post_id}?action=…&operation_id=…&content_id=…`. */
function answer_move( WP_REST_Request $request ): WP_REST_Response {
	$query  = $request->get_query_params();
	$errors = [];
	$order  = read_ids( $query, $errors );
	$action = read_choice( $query, 'action', '', ACTIONS, $errors );
	if ( $errors ) {
		return invalid_payload( $errors );
	}
	$post_id = (int) $request->get_url_params()['post_id'];
	ignore_user_abort( true );
	return as_default_author(
		static function () use ( $order, $action, $post_id ): WP_REST_Response {
			$answer = change(
				$order,
				$post_id,
				hash( 'sha256', "$action {$order['content_id']} $post_id" ),
				'__return_null',
				static function ( WP_Post $post ) use ( $order, $action ) {
					return move( $post, $order, $action );
				}
			);
			// What is to be deleted and is not there is as it should be.
			$is_gone = 'delete' === $action && 410 === $answer->get_status();
			return $is_gone ? Rest\success( deleted( $order, $post_id ) ) : $answer;
		}
	);
}

/**
 * Move a post.
 *
 * @return array|WP_REST_Response
 */
function move( WP_Post $post, array $order, string $action ) {
	$done = true;
	switch ( $action ) {
		case 'unpublish':
			$done = unpublish( $post );
			break;
		case 'trash':
			$done = 'trash' === $post->post_status || wp_trash_post( $post->ID );
			break;
		case 'restore':
			$done = restore( $post );
			break;
		case 'delete':
			if ( ! wp_delete_post( $post->ID, true ) ) {
				return not_moved();
			}
			return deleted( $order, $post->ID );
	}
	return $done ? members( $order, $post->ID, [] ) : not_moved();
}

/** Make a draft of a post, wherever it is. */
function unpublish( WP_Post $post ): bool {
	if ( 'trash' === $post->post_status ) {
		return (bool) untrash( $post, 'draft' );
	}
	if ( 'draft' === $post->post_status ) {
		return true;
	}
	update_post_meta( $post->ID, STATUS_BEFORE, $post->post_status );
	return set_status( $post->ID, 'draft' );
}

/** Bring a post back to what it was. */
function restore( WP_Post $post ): bool {
	if ( 'trash' === $post->post_status ) {
		return (bool) untrash( $post );
	}
	$before = (string) get_post_meta( $post->ID, STATUS_BEFORE, true );
	$is_out = in_array( $post->post_status, [ 'publish', 'private', 'future' ], true );
	if ( $is_out ) {
		return true;
	}
	delete_post_meta( $post->ID, STATUS_BEFORE );
	return set_status( $post->ID, '' !== $before ? $before : 'publish' );
}

/** Change nothing but the status. */
function set_status( int $post_id, string $status ): bool {
	$saved = wp_update_post(
		[
			'ID'          => $post_id,
			'post_status' => $status,
		],
		true
	);
	return ! is_wp_error( $saved );
}

/** Take a post out of the trash, to what it was before unless said otherwise. WordPress alone would make it a draft. */
function untrash( WP_Post $post, string $status = '' ): bool {
	$choose = static function ( string $usual, int $post_id, string $before ) use ( $status ): string {
		if ( '' !== $status ) {
			return $status;
		}
		return '' !== $before ? $before : $usual;
	};
	add_filter( 'wp_untrash_post_status', $choose, PHP_INT_MAX, 3 );
	$done = wp_untrash_post( $post->ID );
	remove_filter( 'wp_untrash_post_status', $choose, PHP_INT_MAX );
	return (bool) $done;
}

/** Describe a post that is gone for good. */
function deleted( array $order, int $post_id ): array {
	return [
		'operation_id' => $order['operation_id'],
		'content_id'   => $order['content_id'],
		'post_id'      => $post_id,
		'post_url'     => '',
		'post_status'  => 'deleted',
		'revision'     => '',
		'warnings'     => [],
		'replayed'     => false,
	];
}

/** Say that WordPress would not. */
function not_moved(): WP_REST_Response {
	return Rest\refusal( 500, 'insert_failed', 'WordPress did not change the post.' );
}
