<?php
/**
 * All in One SEO, which keeps its fields in a table of its own and reads nothing from post meta.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Seo;

const AIOSEO_POST = 'AIOSEO\\Plugin\\Common\\Models\\Post';

/** Post meta: copies of its fields that the plugin writes for others. */
const AIOSEO_COPIES = [ '_aioseo_title', '_aioseo_description', '_aioseo_keywords' ];

/** Tell whether the plugin's own model of a post is there. */
function can_write_aioseo(): bool {
	return method_exists( AIOSEO_POST, 'savePost' ) && method_exists( AIOSEO_POST, 'getPost' );
}

/**
 * Write the fields.
 *
 * `savePost()` sets everything it is not given back to its default, such as a person's `noindex`. It serves for a post
 * that has no record yet; of one that has, only these columns change.
 */
function write_aioseo( int $post_id, array $fields ): void {
	$model   = AIOSEO_POST;
	$phrases = array_map(
		static function ( string $keyword ): array {
			return [ 'keyphrase' => $keyword ];
		},
		$fields['keywords']
	);
	$phrases = $phrases ? [
		'focus'      => $phrases[0],
		'additional' => array_slice( $phrases, 1 ),
	] : null;
	$record  = $model::getPost( $post_id );
	if ( ! method_exists( $record, 'exists' ) || ! $record->exists() ) {
		$model::savePost(
			$post_id,
			[
				'title'       => $fields['title'],
				'description' => $fields['description'],
				'keyphrases'  => $phrases,
			]
		);
		return;
	}
	$record->title       = '' !== $fields['title'] ? sanitize_text_field( $fields['title'] ) : null;
	$record->description = '' !== $fields['description'] ? sanitize_text_field( $fields['description'] ) : null;
	$record->keyphrases  = $phrases ? wp_json_encode( $phrases ) : null;
	$record->save();
	// The copy that translation plugins read.
	write_meta( $post_id, '_aioseo_title', (string) $record->title );
	write_meta( $post_id, '_aioseo_description', (string) $record->description );
}

/** Read what the plugin keeps. */
function read_aioseo( int $post_id ): array {
	$model = AIOSEO_POST;
	return aioseo_fields( $model::getPost( $post_id ) );
}

/** Take the fields out of a record of the plugin's. */
function aioseo_fields( ?object $record ): array {
	$phrases  = $record->keyphrases ?? null;
	$phrases  = json_decode( is_string( $phrases ) ? $phrases : (string) wp_json_encode( $phrases ), true );
	$phrases  = is_array( $phrases ) ? array_merge( [ $phrases['focus'] ?? [] ], $phrases['additional'] ?? [] ) : [];
	$keywords = array_column( $phrases, 'keyphrase' );
	return [
		'title'       => (string) ( $record->title ?? '' ),
		'description' => (string) ( $record->description ?? '' ),
		'keywords'    => array_values( array_filter( $keywords, 'strlen' ) ),
	];
}

/**
 * Read the plugin's records of many posts in one statement.
 *
 * @param int[] $post_ids Any number.
 * @return array<int,object>|null By post; null where the plugin keeps them elsewhere.
 */
function aioseo_records( array $post_ids ): ?array {
	global $wpdb;
	$ids   = implode( ',', array_map( 'intval', $post_ids ? $post_ids : [ 0 ] ) );
	$shown = $wpdb->suppress_errors();
	$rows  = $wpdb->get_results( "SELECT post_id, title, description, keyphrases FROM `{$wpdb->prefix}aioseo_posts` WHERE post_id IN ($ids)" ); // phpcs:ignore WordPress.DB.PreparedSQL -- numbers.
	$known = '' === $wpdb->last_error;
	$wpdb->suppress_errors( $shown );
	return $known ? array_column( (array) $rows, null, 'post_id' ) : null;
}
