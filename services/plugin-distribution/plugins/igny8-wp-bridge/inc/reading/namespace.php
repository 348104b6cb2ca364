<?php
/**
 * Reading: the site's posts as the platform sees them, page by page, one by one, or as checksums.
 *
 * Pages are keysets: a page begins behind the last post of the one before, so that nothing is skipped or told twice while
 * people write. A page costs the same few statements however many posts it has, and no page needs what an earlier one held.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Rest;
use WP_Post;
use WP_REST_Request;
use WP_REST_Response;

/** The statuses of what a site has; neither the trash nor what the editor only began. */
const STATUSES = [ 'publish', 'private', 'future', 'pending', 'draft' ];

/** How many posts a page has at most. */
const PAGE = 100;

/** How large a page may become, in bytes; its first post is there in any case. */
const PAGE_BYTES = 524288;

/** Listen to nothing: this room only answers its routes. */
function bootstrap(): void {
}

/** Answer `GET /posts`. */
function answer_list( WP_REST_Request $request ): WP_REST_Response {
	$query  = $request->get_query_params();
	$errors = [];
	$order  = Publishing\read_choice( $query, 'order', 'id', [ 'id', 'modified' ], $errors );
	$limit  = read_number( $query, 'limit', PAGE, 1, PAGE, $errors );
	$after  = read_cursor( (string) Publishing\read_text( $query, 'cursor', $errors ), $order );
	$type   = Publishing\read_text( $query, 'post_type', $errors );
	if ( null === $after ) {
		$errors[] = Publishing\field_error( 'cursor', 'is none of this order' );
	}
	if ( $errors ) {
		return invalid_parameter( $errors );
	}
	$type = '' !== $type ? $type : 'post';
	if ( ! is_readable_type( $type ) ) {
		return unknown_post_type( $type );
	}
	$page = read_page( $type, $order, $after, $limit );
	return Rest\success( $page + [ 'total' => count_posts( $type ) ] );
}

/** Answer `GET /posts/{post_id}`. */
function answer_post( WP_REST_Request $request ): WP_REST_Response {
	$post = get_post( (int) $request->get_url_params()['post_id'] );
	if ( ! $post || ! is_readable_type( $post->post_type ) || ! in_array( $post->post_status, array_merge( STATUSES, [ 'trash' ] ), true ) ) {
		return Rest\refusal( 404, 'unknown_post', 'The site has no such post.' );
	}
	$described = describe_posts( [ (int) $post->ID ] )[ $post->ID ];
	if ( ! $described['content_id'] ) {
		return Rest\success( [ 'post' => $described ] );
	}
	$content = Publishing\read_content( $described['content_id'] );
	$more    = [
		'base'          => $content ? json_decode( (string) $content->base, true ) : null,
		'image_sources' => (object) Publishing\image_sources( (int) $post->ID ),
	];
	return Rest\success( [ 'post' => $described + $more ] );
}

/** Tell whether the platform may read posts of a type: those that visitors may see, but for the library's files. */
function is_readable_type( string $type ): bool {
	return in_array( $type, Publishing\post_types(), true );
}

/** Count the posts of a type. */
function count_posts( string $type ): int {
	return array_sum( array_map( 'intval', array_intersect_key( (array) wp_count_posts( $type ), array_flip( STATUSES ) ) ) );
}

/** Write the time of a column in GMT as the protocol does, null where it says none. */
function time_of( string $gmt ): ?string {
	$seconds = '0000-00-00 00:00:00' !== $gmt && '' !== $gmt ? strtotime( $gmt . ' +0000' ) : false;
	return false !== $seconds && $seconds > 0 ? Rest\rfc3339( 1000 * $seconds ) : null;
}

/** Write when a post was last changed; imports may have left that out. */
function modified_at( WP_Post $post ): ?string {
	$modified = time_of( $post->post_modified_gmt );
	return null !== $modified ? $modified : time_of( $post->post_date_gmt );
}

/** Read an optional whole number from the query. */
function read_number( array $query, string $name, int $usual, int $least, int $most, array &$errors ): int {
	$value = $query[ $name ] ?? null;
	if ( null === $value ) {
		return $usual;
	}
	if ( ! is_string( $value ) || ! preg_match( '/\A-?[0-9]{1,15}\z/', $value ) || (int) $value < $least || (int) $value > $most ) {
		$errors[] = Publishing\field_error( $name, "must be a number from $least to $most" );
		return $usual;
	}
	return (int) $value;
}

/** Refuse parameters. */
function invalid_parameter( array $errors ): WP_REST_Response {
	return Rest\refusal( 422, 'invalid_parameter', 'The query is not as it has to be.', [ 'errors' => $errors ] );
}

/** Refuse a type. */
function unknown_post_type( string $type ): WP_REST_Response {
	return Rest\refusal( 404, 'unknown_post_type', 'The site has no such post type to read.', [ 'post_type' => $type ] );
}
