<?php
/**
 * Titles, descriptions and keywords where the SEO plugins look for them.
 *
 * One neutral shape, `{title, description, keywords}`, goes to every SEO plugin that is active and is read back from it: a
 * plugin may clean a value, or leave a part of it out, and then its word is what visitors see.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Seo;

use IGNY8\Bridge\Publishing;

/** Set the SEO fields for every plugin that is active, and keep a copy of our own for one that comes later. */
function set_fields( int $post_id, array $payload ): array {
	$wanted = [
		'title'       => $payload['seo_title'],
		'description' => $payload['seo_description'],
		'keywords'    => array_values( array_unique( array_filter( array_merge( [ $payload['primary_keyword'] ], $payload['secondary_keywords'] ), 'strlen' ) ) ),
	];
	write_meta( $post_id, '_igny8_seo_title', $wanted['title'] );
	write_meta( $post_id, '_igny8_seo_description', $wanted['description'] );
	write_meta( $post_id, '_igny8_seo_keywords', implode( ', ', $wanted['keywords'] ) );

	$warnings = [];
	foreach ( active_plugins() as $plugin ) {
		if ( 'aioseo' === $plugin && ! can_write_aioseo() ) {
			$warnings[] = Publishing\warning( 'seo_field_failed', 'aioseo', 'This version of All in One SEO cannot be written to.', 'seo' );
			continue;
		}
		if ( 'aioseo' === $plugin ) {
			write_aioseo( $post_id, $wanted );
		} else {
			write_post_meta( $plugin, $post_id, $wanted );
		}
		$warnings = array_merge( $warnings, compare( $plugin, $wanted, read_from( $plugin, $post_id ) ) );
	}
	return $warnings;
}

/** Tell what the site's SEO plugin says of a post; of several, the first. */
function read_fields( int $post_id ): array {
	foreach ( get_post( $post_id ) ? active_plugins() : [] as $plugin ) {
		if ( 'aioseo' !== $plugin || can_write_aioseo() ) {
			return [ 'plugin' => $plugin ] + read_from( $plugin, $post_id );
		}
	}
	return [
		'plugin'      => 'none',
		'title'       => '',
		'description' => '',
		'keywords'    => [],
	];
}

/**
 * Tell what the site's SEO plugin says of many posts, whose post meta is loaded.
 *
 * @param int[] $post_ids Posts that are there.
 * @return array<int,array> By post.
 */
function read_fields_of( array $post_ids ): array {
	$plugin  = active_plugins()[0] ?? '';
	$records = 'aioseo' === $plugin ? aioseo_records( $post_ids ) : null;
	$fields  = [];
	foreach ( $post_ids as $id ) {
		$fields[ $id ] = null === $records ? read_fields( $id ) : [ 'plugin' => 'aioseo' ] + aioseo_fields( $records[ $id ] ?? null );
	}
	return $fields;
}

/** Tell whether a change of the fields shows in a post meta; asked at each write of any, so most are dismissed at once. */
function is_watched_meta( string $key ): bool {
	static $known = null;
	if ( null === $known ) {
		$known = array_fill_keys( AIOSEO_COPIES, 'aioseo' );
		foreach ( KEYS as $plugin => $keys ) {
			$known += array_fill_keys( array_slice( $keys, 0, 3 ), $plugin );
		}
	}
	return isset( $known[ $key ] ) && in_array( $known[ $key ], active_plugins(), true );
}

/**
 * Write out what an SEO plugin keeps of posts outside of post meta, to be compared only.
 *
 * @param int[] $post_ids Any posts.
 * @return array<int,string> By post; empty where all of it is in post meta.
 */
function unwatched_states( array $post_ids ): array {
	if ( ! $post_ids || ! in_array( 'aioseo', active_plugins(), true ) ) {
		return [];
	}
	$records = aioseo_records( $post_ids );
	$states  = [];
	foreach ( $post_ids as $id ) {
		$fields        = null === $records ? ( can_write_aioseo() ? read_aioseo( $id ) : [] ) : aioseo_fields( $records[ $id ] ?? null );
		$states[ $id ] = (string) wp_json_encode( $fields );
	}
	return $states;
}

/** The same of one post. */
function unwatched_state( int $post_id ): string {
	return unwatched_states( [ $post_id ] )[ $post_id ] ?? '';
}

/** Read the fields back from one plugin. */
function read_from( string $plugin, int $post_id ): array {
	return 'aioseo' === $plugin ? read_aioseo( $post_id ) : read_post_meta( $plugin, $post_id );
}

/** Warn of each field that a plugin keeps otherwise. */
function compare( string $plugin, array $wanted, array $kept ): array {
	if ( ! takes_several_keywords( $plugin ) ) {
		$wanted['keywords'] = array_slice( $wanted['keywords'], 0, 1 );
	}
	$warnings = [];
	foreach ( $wanted as $field => $value ) {
		if ( $kept[ $field ] !== $value ) {
			$detail     = $plugin . ' keeps: ' . implode( ', ', (array) $kept[ $field ] );
			$warnings[] = Publishing\warning( 'seo_field_changed', 'seo_' . $field, $detail, 'seo' );
		}
	}
	return $warnings;
}

/** List the SEO plugins that are active. */
function active_plugins(): array {
	$active = array_keys(
		array_filter(
			[
				'yoast'     => defined( 'WPSEO_VERSION' ),
				'rank_math' => defined( 'RANK_MATH_VERSION' ) || class_exists( 'RankMath', false ),
				'seopress'  => defined( 'SEOPRESS_VERSION' ),
				'aioseo'    => defined( 'AIOSEO_VERSION' ) || function_exists( 'aioseo' ),
			]
		)
	);
	/** Filters for which SEO plugins fields are written. */
	return array_values( array_intersect( (array) apply_filters( 'igny8_bridge_seo_plugins', $active ), array_merge( array_keys( KEYS ), [ 'aioseo' ] ) ) );
}
