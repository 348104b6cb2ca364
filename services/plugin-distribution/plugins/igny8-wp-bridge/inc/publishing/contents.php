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

/** Tell whether a content's post is made, though a later command may be changing it. */
function is_made( object $content ): bool {
	return in_array( $content->state, [ 'made', 'changing' ], true );
}

/** Find the content whose post this is, 0 if it never came from the platform. */
function content_of_post( int $post_id ): int {
	global $wpdb;
	if ( ! Storage\is_ready() ) {
		return 0;
	}
	$sql = 'SELECT content_id FROM `' . Storage\table( 'contents' ) . "` WHERE post_id = %d AND state IN ('made', 'changing')";
	return (int) $wpdb->get_var( $wpdb->prepare( $sql, $post_id ) );
}

/**
 * Find the contents whose posts these are.
 *
 * @param int[] $post_ids Any number.
 * @return array<int,int> Contents by post; posts of other origin are left out.
 */
function contents_of_posts( array $post_ids ): array {
	global $wpdb;
	$found = [];
	foreach ( Storage\is_ready() ? array_chunk( $post_ids, 500 ) : [] as $ids ) {
		$sql  = 'SELECT post_id, content_id FROM `' . Storage\table( 'contents' ) . "` WHERE post_id IN (%s) AND state IN ('made', 'changing')";
		$rows = $wpdb->get_results( sprintf( $sql, implode( ',', array_map( 'intval', $ids ) ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL -- numbers.
		foreach ( (array) $rows as $row ) {
			$found[ (int) $row->post_id ] = (int) $row->content_id;
		}
	}
	return $found;
}

/** Take the lease of a content; a content whose post is made has none to take. */
function claim_content( int $content_id, string $owner ): bool {
	return Storage\take_lease( 'contents', [ 'content_id' => $content_id ], $owner, [ 'state' => 'working' ] );
}

/** Take the lease of a content whose post is made; one that has run out may be anybody's. */
function claim_made_content( int $content_id, string $owner ): bool {
	global $wpdb;
	$sql = 'UPDATE `' . Storage\table( 'contents' ) . "` SET state = 'changing', owner = %s, lease_until = %d
		WHERE content_id = %d AND (state = 'made' OR (state = 'changing' AND lease_until < %d))";
	return 1 === $wpdb->query( $wpdb->prepare( $sql, $owner, Storage\lease_end(), $content_id, Storage\now_ms() ) );
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

/** Let a post that was made on the site be a content's, unless either has another. */
function adopt_post( int $content_id, int $post_id ): void {
	global $wpdb;
	if ( ! get_post( $post_id ) || content_of_post( $post_id ) ) {
		return;
	}
	$table = Storage\table( 'contents' );
	$sql   = "INSERT IGNORE INTO `$table` (content_id, post_id, state, lease_until) VALUES (%d, %d, 'made', %d)";
	if ( 1 === $wpdb->query( $wpdb->prepare( $sql, $content_id, $post_id, Storage\FOREVER ) ) ) {
		update_post_meta( $post_id, '_igny8_content_id', $content_id );
	}
}

/** Note the reserved post. */
function map_post( int $content_id, string $owner, int $post_id ): void {
	global $wpdb;
	$wpdb->update( Storage\table( 'contents' ), [ 'post_id' => $post_id ], compact( 'content_id', 'owner' ) );
}

/** Let the operation at work be the one that makes the content's post. */
function take_over_content( array $payload, string $owner ): void {
	global $wpdb;
	$where = [
		'content_id' => $payload['content_id'],
		'owner'      => $owner,
	];
	$wpdb->update( Storage\table( 'contents' ), [ 'operation_id' => $payload['operation_id'] ], $where );
}

/** Remember what a post says, for whoever finds it changed later. */
function keep_base( int $content_id, string $owner, int $post_id ): void {
	global $wpdb;
	$post = get_post( $post_id );
	if ( $post ) {
		$wpdb->update( Storage\table( 'contents' ), [ 'base' => wp_json_encode( text_of( $post ) ) ], compact( 'content_id', 'owner' ) );
	}
}

/** Note that the post is made and nobody is at work; the row stays for good, and only a change takes its lease again. */
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
