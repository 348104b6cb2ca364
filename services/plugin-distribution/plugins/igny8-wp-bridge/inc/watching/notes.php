<?php
/**
 * Notes: how each touched post was before this request first changed it.
 *
 * What other plugins hand to hooks is anything, so the functions that hooks call take anything.
 *
 * Of a post that is no more than `operation_id` (of the command at work), and as far as they were touched `status`, `row`,
 * `terms` (per taxonomy, relations that came count 1 and those that went -1) and `fields` (post meta).
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Watching;

use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Reading;
use IGNY8\Bridge\Seo;
use WP_Post;

/**
 * Hold the notes.
 *
 * @return array<int,array<int,array>> By blog and post.
 */
function &touched(): array {
	static $touched = [];
	return $touched;
}

/** Take the notes away. */
function take_touched(): array {
	$touched = &touched();
	$taken   = $touched;
	$touched = [];
	return $taken;
}

/** Find or begin the notes of a post. */
function &note( int $post_id ): array {
	$touched = &touched();
	$blog    = get_current_blog_id();
	if ( ! isset( $touched[ $blog ][ $post_id ] ) ) {
		if ( count( $touched[ $blog ] ?? [] ) >= MOST_TOUCHED ) {
			report();
		}
		$touched[ $blog ][ $post_id ] = [ 'operation_id' => Outbound\origin_of_change( $post_id ) ];
	}
	return $touched[ $blog ][ $post_id ];
}

/** Note a post before its row is saved. */
function note_row( $post_id ): void {
	$post = get_post( (int) $post_id );
	if ( ! $post || ! Reading\is_readable_type( $post->post_type ) ) {
		return;
	}
	$note = &note( (int) $post->ID );
	if ( ! isset( $note['row'] ) ) {
		$note['row']    = row_of( $post );
		$note['status'] = $note['status'] ?? $post->post_status;
		$note['seo']    = Seo\unwatched_state( (int) $post->ID );
	}
}

/** Note the status a post had. */
function note_status( $new_status, $old_status, $post ): void {
	if ( $post instanceof WP_Post && $new_status !== $old_status && Reading\is_readable_type( $post->post_type ) ) {
		$note           = &note( (int) $post->ID );
		$note['status'] = $note['status'] ?? (string) $old_status;
	}
}

/** Note that a post gets a term. */
function note_term( $object_id, $tt_id, $taxonomy = '' ): void {
	note_relation( (int) $object_id, (int) $tt_id, (string) $taxonomy, 1 );
}

/** Note that a post loses terms. */
function note_lost_terms( $object_id, $tt_ids, $taxonomy = '' ): void {
	foreach ( (array) $tt_ids as $tt_id ) {
		note_relation( (int) $object_id, (int) $tt_id, (string) $taxonomy, -1 );
	}
}

/** Count a relation; one that goes and comes again comes to nothing. */
function note_relation( int $object_id, int $tt_id, string $name, int $step ): void {
	$taxonomy = get_taxonomy( $name );
	if ( ! $taxonomy || ! Reading\is_told( $taxonomy ) || ! array_intersect( (array) $taxonomy->object_type, Publishing\post_types() ) ) {
		return;
	}
	$note                            = &note( $object_id );
	$note['terms'][ $name ][ $tt_id ] = ( $note['terms'][ $name ][ $tt_id ] ?? 0 ) + $step;
}

/** Note a field before it is added. */
function note_new_field( $post_id, $key ): void {
	if ( is_watched( $key ) ) {
		note_value( (int) $post_id, $key );
	}
}

/** Note a field before it is updated. */
function note_field( $meta_id, $post_id, $key ): void {
	if ( is_watched( $key ) ) {
		note_value( (int) $post_id, $key );
	}
}

/** Note a field before it is deleted; that of all posts is, when an image leaves the library. */
function note_lost_field( $meta_ids, $post_id, $key ): void {
	global $wpdb;
	if ( ! is_watched( $key ) ) {
		return;
	}
	if ( (int) $post_id ) {
		note_value( (int) $post_id, $key );
		return;
	}
	foreach ( array_chunk( array_map( 'intval', (array) $meta_ids ), 500 ) as $some ) {
		$rows = $wpdb->get_results( "SELECT post_id, meta_value FROM {$wpdb->postmeta} WHERE meta_id IN (" . implode( ',', $some ) . ')' ); // phpcs:ignore WordPress.DB.PreparedSQL -- numbers.
		foreach ( (array) $rows as $row ) {
			$note                    = &note( (int) $row->post_id );
			$note['fields'][ $key ] = $note['fields'][ $key ] ?? (string) $row->meta_value;
			unset( $note );
		}
	}
}

/** Tell whether a field is one that the platform is told of. */
function is_watched( $key ): bool {
	return '_thumbnail_id' === $key || ( is_string( $key ) && Seo\is_watched_meta( $key ) );
}

/** Note what a field says now. */
function note_value( int $post_id, string $key ): void {
	$note                    = &note( $post_id );
	$note['fields'][ $key ] = $note['fields'][ $key ] ?? value_of( $post_id, $key );
}

/** Read a field as a text. */
function value_of( int $post_id, string $key ): string {
	$value = get_post_meta( $post_id, $key, true );
	return is_scalar( $value ) ? (string) $value : (string) wp_json_encode( $value );
}

/** Take what is compared of a post's row; the text as its hash, since texts are long. */
function row_of( WP_Post $post ): array {
	return [
		'text'   => Publishing\revision( (int) $post->ID ),
		'author' => (int) $post->post_author,
		'slug'   => $post->post_name,
		'date'   => Reading\time_of( $post->post_date_gmt ),
	];
}
