<?php
/**
 * The description of the site: types, taxonomies with their terms, authors. Each list ends somewhere, whatever the site has.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Structure;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Reading;
use IGNY8\Bridge\Rest;
use IGNY8\Bridge\Storage;

/** Terms of one taxonomy, and of all together. */
const MOST_TERMS     = 2000;
const MOST_TERMS_ALL = 20000;

/** How long all terms may be together. */
const MOST_TERM_BYTES = 3 * MB_IN_BYTES;

/** How it is written: letters of all scripts as they are, for escaped ones are three times as long. */
const JSON = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES;

const MOST_TYPES      = 100;
const MOST_TAXONOMIES = 200;
const MOST_AUTHORS    = 500;

/** Describe the site. */
function describe(): array {
	return [
		'post_types'                => (object) describe_types(),
		'taxonomies'                => (object) describe_taxonomies(),
		'authors'                   => describe_authors(),
		'capabilities'              => capabilities(),
		'plugin_connection_enabled' => true,
		'two_way_sync_enabled'      => true,
		'site_url'                  => Connection\site_address(),
		'timestamp'                 => Rest\rfc3339( Storage\now_ms() ),
	];
}

/** Describe the post types the platform may read. */
function describe_types(): array {
	$types = [];
	foreach ( array_slice( Publishing\post_types(), 0, MOST_TYPES ) as $name ) {
		$type           = get_post_type_object( $name );
		$types[ $name ] = [
			'label'        => (string) $type->label,
			'count'        => Reading\count_posts( $name ),
			'hierarchical' => (bool) $type->hierarchical,
			'supports'     => array_keys( get_all_post_type_supports( $name ) ),
			'taxonomies'   => array_slice( Reading\taxonomies_of( $name ), 0, MOST_TAXONOMIES ),
		];
	}
	return $types;
}

/** Describe the taxonomies of these types. */
function describe_taxonomies(): array {
	$types = array_slice( Publishing\post_types(), 0, MOST_TYPES );
	$names = $types ? array_unique( array_merge( ...array_map( 'IGNY8\\Bridge\\Reading\\taxonomies_of', $types ) ) ) : [];
	$left  = MOST_TERMS_ALL;
	$bytes = MOST_TERM_BYTES;
	$all   = [];
	foreach ( array_slice( $names, 0, MOST_TAXONOMIES ) as $name ) {
		$taxonomy     = get_taxonomy( $name );
		$terms        = within_bytes( first_terms( $name, min( MOST_TERMS, $left ) ), $bytes );
		$count        = count_terms( $name );
		$left        -= count( $terms );
		$bytes       -= strlen( (string) wp_json_encode( $terms, JSON ) );
		$all[ $name ] = [
			'label'        => (string) $taxonomy->label,
			'count'        => $count,
			'hierarchical' => (bool) $taxonomy->hierarchical,
			'post_types'   => array_values( array_intersect( (array) $taxonomy->object_type, $types ) ),
			'truncated'    => $count > count( $terms ),
		] + ( $terms || ! $count ? compact( 'terms' ) : [] ); // No list says less than an empty one.
	}
	return $all;
}

/** Keep about as many terms as these bytes hold. */
function within_bytes( array $terms, int $bytes ): array {
	$length = strlen( (string) wp_json_encode( $terms, JSON ) );
	return $length <= $bytes ? $terms : array_slice( $terms, 0, intdiv( count( $terms ) * max( 0, $bytes ), $length ) );
}

/** Count the terms of a taxonomy. */
function count_terms( string $taxonomy ): int {
	global $wpdb;
	return (int) $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM {$wpdb->term_taxonomy} WHERE taxonomy = %s", $taxonomy ) );
}

/** List the terms of a taxonomy that most posts have. Straight from the tables: thousands of objects in the caches serve nobody. */
function first_terms( string $taxonomy, int $limit ): array {
	global $wpdb;
	$sql = "SELECT t.term_id, x.parent, t.name, t.slug, x.count FROM {$wpdb->term_taxonomy} x JOIN {$wpdb->terms} t ON t.term_id = x.term_id
		WHERE x.taxonomy = %s ORDER BY x.count DESC, t.term_id LIMIT %d";
	return array_map(
		static function ( object $term ): array {
			return [
				'id'     => (int) $term->term_id,
				'parent' => (int) $term->parent,
				'name'   => wp_specialchars_decode( $term->name, ENT_QUOTES ),
				'slug'   => $term->slug,
				'count'  => (int) $term->count,
			];
		},
		(array) $wpdb->get_results( $wpdb->prepare( $sql, $taxonomy, max( 0, $limit ) ) )
	);
}

/** List those who may write. */
function describe_authors(): array {
	$roles = [];
	foreach ( wp_roles()->roles as $name => $role ) {
		if ( ! empty( $role['capabilities']['edit_posts'] ) ) {
			$roles[] = $name;
		}
	}
	$query = [
		'role__in'    => $roles,
		'number'      => MOST_AUTHORS,
		'orderby'     => 'ID',
		'fields'      => [ 'ID', 'user_login', 'display_name' ],
		'count_total' => false,
	];
	return array_map(
		static function ( object $user ): array {
			return [
				'id'    => (int) $user->ID,
				'login' => $user->user_login,
				'name'  => $user->display_name,
			];
		},
		$roles ? get_users( $query ) : []
	);
}
