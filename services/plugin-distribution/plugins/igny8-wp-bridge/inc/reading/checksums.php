<?php
/**
 * Checksums: what the site has, in so few bytes that both sides can compare all of it.
 *
 * The database hashes the texts, so that they need not come here; where it cannot, they do.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Rest;
use WP_REST_Request;
use WP_REST_Response;

/** How many ids a range has. */
const RANGE = 1000;

/** How many ranges an answer has at most. */
const RANGES = 20;

/** An answer ends early rather than take longer, in seconds. */
const CHECKSUM_SECONDS = 8;

/** Answer `GET /posts/checksums`. */
function answer_checksums( WP_REST_Request $request ): WP_REST_Response {
	$query  = $request->get_query_params();
	$errors = [];
	$type   = Publishing\read_text( $query, 'post_type', $errors );
	$most   = intdiv( PHP_INT_MAX, 2 * RANGE );
	$after  = read_number( $query, 'after', -1, -1, $most, $errors );
	$range  = read_number( $query, 'range', -1, 0, $most, $errors );
	if ( $errors ) {
		return invalid_parameter( $errors );
	}
	$type = '' !== $type ? $type : 'post';
	if ( ! is_readable_type( $type ) ) {
		return unknown_post_type( $type );
	}
	return Rest\success( -1 === $range ? checksums( $type, $after ) : [ 'posts' => posts_in_range( $type, $range ) ] );
}

/** Compute the checksums of the ranges beyond one. */
function checksums( string $type, int $after ): array {
	$numbers = ranges_beyond( $type, $after );
	$until   = microtime( true ) + CHECKSUM_SECONDS;
	$ranges  = [];
	foreach ( array_slice( $numbers, 0, RANGES ) as $range ) {
		if ( $ranges && microtime( true ) > $until ) {
			break;
		}
		$posts    = hashes_in_range( $type, $range );
		$lines    = array_map(
			static function ( object $post ): string {
				return "{$post->id}:{$post->status}:{$post->revision}\n";
			},
			$posts
		);
		$ranges[] = [
			'range'    => $range,
			'count'    => count( $posts ),
			'checksum' => hash( 'sha256', implode( '', $lines ) ),
		];
		$after    = $range;
	}
	return [
		'ranges' => $ranges,
		'after'  => $after,
		'more'   => count( $numbers ) > count( $ranges ),
	];
}

/** Describe the posts of a range. */
function posts_in_range( string $type, int $range ): array {
	$rows     = hashes_in_range( $type, $range );
	$contents = Publishing\contents_of_posts( array_map( 'intval', array_column( $rows, 'id' ) ) );
	return array_map(
		static function ( object $post ) use ( $contents ): array {
			return [
				'post_id'      => (int) $post->id,
				'content_id'   => $contents[ (int) $post->id ] ?? 0,
				'post_status'  => $post->status,
				'revision'     => $post->revision,
				'modified_gmt' => time_of( $post->modified ) ?? time_of( $post->dated ),
			];
		},
		$rows
	);
}

/** List the next ranges that have posts, one more than an answer has. */
function ranges_beyond( string $type, int $after ): array {
	global $wpdb;
	$statuses = "'" . implode( "','", STATUSES ) . "'";
	$sql      = "SELECT DISTINCT FLOOR(ID / %d) AS number FROM {$wpdb->posts} WHERE post_type = %s AND post_status IN ($statuses) AND ID >= %d ORDER BY number LIMIT %d";
	return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( $sql, RANGE, $type, ( $after + 1 ) * RANGE, RANGES + 1 ) ) );
}

/**
 * Read id, status and revision of the posts of a range.
 *
 * @return object[] Of id, status, modified, dated, revision; by id.
 */
function hashes_in_range( string $type, int $range ): array {
	global $wpdb;
	$statuses = "'" . implode( "','", STATUSES ) . "'";
	$text     = "CONCAT(post_title, '\\n', post_content, '\\n', post_excerpt)";
	$text     = 0 === strpos( (string) $wpdb->charset, 'utf8' ) ? "CONVERT($text USING utf8mb4)" : $text;
	$rows     = "FROM {$wpdb->posts} WHERE post_type = %s AND post_status IN ($statuses) AND ID >= %d AND ID < %d ORDER BY ID";
	$columns  = 'SELECT ID AS id, post_status AS status, post_modified_gmt AS modified, post_date_gmt AS dated';
	$shown    = $wpdb->suppress_errors();
	$found    = $wpdb->get_results( $wpdb->prepare( "$columns, SHA2($text, 256) AS revision $rows", $type, $range * RANGE, ( $range + 1 ) * RANGE ) );
	$failed   = '' !== $wpdb->last_error;
	$wpdb->suppress_errors( $shown );
	if ( $failed ) {
		$found = $wpdb->get_results( $wpdb->prepare( "$columns, NULL AS revision $rows", $type, $range * RANGE, ( $range + 1 ) * RANGE ) );
	}
	foreach ( (array) $found as $post ) {
		if ( null === $post->revision ) {
			$post->revision = revision_of( (int) $post->id );
		}
	}
	return (array) $found;
}

/** Compute the revision of a post whose text the database could not hash, without keeping the text. */
function revision_of( int $post_id ): string {
	global $wpdb;
	$row = $wpdb->get_row( $wpdb->prepare( "SELECT post_title, post_content, post_excerpt FROM {$wpdb->posts} WHERE ID = %d", $post_id ), ARRAY_N );
	return hash( 'sha256', implode( "\n", (array) $row ) );
}
