<?php
/**
 * Pages: which posts come next, and how many of them fit.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

/** How long ago a change has to be for its order to be certain: a second later nobody writes this second's time any more. */
const SETTLED_SECONDS = 2;

/** Of how many posts the size is asked at once, since the database has to read their texts for that. */
const WEIGHED_AT_ONCE = 20;

/** How many posts are described at once: enough to ask for their terms and images together. */
const DESCRIBED_AT_ONCE = 50;

/**
 * Read the page behind a cursor.
 *
 * @param string                          $type  Post type.
 * @param string                          $order `id` or `modified`.
 * @param array{modified:string,id:int}   $after The last post before the page.
 * @param int                             $limit How many posts at most.
 * @return array{posts:array,cursor:string,more:bool}
 */
function read_page( string $type, string $order, array $after, int $limit ): array {
	$rows  = find_next( $type, $order, $after, $limit + 1 );
	$ids   = fitting( array_column( array_slice( $rows, 0, $limit ), 'id' ) );
	$posts = [];
	$bytes = 0;
	$read  = 0;
	foreach ( array_chunk( $ids, DESCRIBED_AT_ONCE ) as $some ) {
		$described = describe_posts( $some );
		foreach ( $some as $id ) {
			$post   = $described[ $id ] ?? null; // Somebody may have deleted it meanwhile.
			$bytes += $post ? strlen( (string) wp_json_encode( $post ) ) : 0;
			if ( $posts && $bytes > PAGE_BYTES ) {
				break 2;
			}
			if ( $post ) {
				$posts[] = $post;
			}
			++$read;
		}
	}
	$last = $read ? $rows[ $read - 1 ] : $after;
	return [
		'posts'  => $posts,
		'cursor' => write_cursor( $order, $last ),
		'more'   => count( $rows ) > $read,
	];
}

/**
 * Find the posts behind a cursor.
 *
 * @return array<int,array{modified:string,id:int}>
 */
function find_next( string $type, string $order, array $after, int $limit ): array {
	global $wpdb;
	$statuses = "'" . implode( "','", STATUSES ) . "'";
	if ( 'id' === $order ) {
		$sql = "SELECT ID AS id, post_modified_gmt AS modified FROM {$wpdb->posts}
			WHERE post_type = %s AND post_status IN ($statuses) AND ID > %d ORDER BY ID LIMIT %d";
		$sql = $wpdb->prepare( $sql, $type, $after['id'], $limit );
	} else {
		$sql = "SELECT ID AS id, post_modified_gmt AS modified FROM {$wpdb->posts}
			WHERE post_type = %s AND post_status IN ($statuses) AND post_modified_gmt <= %s
			AND (post_modified_gmt > %s OR (post_modified_gmt = %s AND ID > %d)) ORDER BY post_modified_gmt, ID LIMIT %d";
		$sql = $wpdb->prepare( $sql, $type, gmdate( 'Y-m-d H:i:s', time() - SETTLED_SECONDS ), $after['modified'], $after['modified'], $after['id'], $limit );
	}
	return array_map(
		static function ( object $row ): array {
			return [
				'modified' => (string) $row->modified,
				'id'       => (int) $row->id,
			];
		},
		(array) $wpdb->get_results( $sql )
	);
}

/**
 * Keep as many posts as fit into a page by what the database says of their length, so that the rest is never loaded.
 *
 * @param int[] $ids In order.
 */
function fitting( array $ids ): array {
	global $wpdb;
	$kept  = [];
	$bytes = 0;
	foreach ( array_chunk( $ids, WEIGHED_AT_ONCE ) as $some ) {
		$sql     = "SELECT ID, LENGTH(post_content) + LENGTH(post_title) + LENGTH(post_excerpt) AS bytes FROM {$wpdb->posts} WHERE ID IN (%s)";
		$rows    = (array) $wpdb->get_results( sprintf( $sql, implode( ',', $some ) ) ); // phpcs:ignore WordPress.DB.PreparedSQL -- numbers.
		$lengths = array_map( 'intval', array_column( $rows, 'bytes', 'ID' ) );
		foreach ( $some as $id ) {
			$bytes += $lengths[ $id ] ?? 0;
			if ( $kept && $bytes > PAGE_BYTES ) {
				return $kept;
			}
			$kept[] = $id;
		}
	}
	return $kept;
}
