<?php
/**
 * The rows of `contents`: which post a content has, and who works on it.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Storage;

/** Read a content's row. */
function read_content( int $content_id ): ?object {
	global $wpdb;
	return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM `' . Storage\table( 'contents' ) . '` WHERE content_id = %d', $content_id ) );
}

/** Find the content whose post this is, 0 if it never came from the platform. */
function content_of_post( int $post_id ): int {
	global $wpdb;
	if ( ! Storage\is_ready() ) {
		return 0;
	}
	$sql = 'SELECT content_id FROM `' . Storage\table( 'contents' ) . "` WHERE post_id = %d AND state = 'made'";
	return (int) $wpdb->get_var( $wpdb->prepare( $sql, $post_id ) );
}

/** Take the lease of a content; a content whose post is made has none to take. */
function claim_content( int $content_id, string $owner ): bool {
	return Storage\take_lease( 'contents', [ 'content_id' => $content_id ], $owner, [ 'state' => 'working' ] );
}

/** Tell whether the lease is still ours. */
function owns_content( int $content_id, string $owner ): bool {
	$content = read_content( $content_id );
	return $content && $content->owner === $owner;
}

/** Give the lease back with nothing done. */
function release_content( int $content_id, string $owner ): void {
	Storage\give_back_lease( 'contents', [ 'content_id' => $content_id ], $owner );
}

/** Note the reserved post. */
function map_post( int $content_id, string $owner, int $post_id ): void {
	global $wpdb;
	$wpdb->update( Storage\table( 'contents' ), [ 'post_id' => $post_id ], compact( 'content_id', 'owner' ) );
}

/** Let the operation at work be the content's, and forget those that died before it. */
function take_over_operation( array $payload, string $owner ): void {
	global $wpdb;
	$where = [
		'content_id' => $payload['content_id'],
		'owner'      => $owner,
	];
	$wpdb->update( Storage\table( 'contents' ), [ 'operation_id' => $payload['operation_id'] ], $where );
	forget_others( $payload['content_id'], $payload['operation_id'] );
}

/** Note that the post is made; the row stays for good and nobody takes its lease again. */
function settle_content( int $content_id, string $owner, int $post_id ): void {
	global $wpdb;
	$made = [
		'state'       => 'made',
		'post_id'     => $post_id,
		'lease_until' => Storage\FOREVER,
	];
	$wpdb->update( Storage\table( 'contents' ), $made, compact( 'content_id', 'owner' ) );
}

/** Remove the row of a content that came to nothing. */
function forget_content( int $content_id, string $owner ): void {
	global $wpdb;
	$wpdb->delete( Storage\table( 'contents' ), compact( 'content_id', 'owner' ) );
}
