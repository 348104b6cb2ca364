<?php
/**
 * Titles, descriptions and keywords where the SEO plugins look for them.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Seo;

/** Post meta of each plugin: title, description, keywords, and whether it takes several keywords. */
const KEYS = [
	'yoast'     => [ '_yoast_wpseo_title', '_yoast_wpseo_metadesc', '_yoast_wpseo_focuskw', false ],
	'rank_math' => [ 'rank_math_title', 'rank_math_description', 'rank_math_focus_keyword', true ],
	'seopress'  => [ '_seopress_titles_title', '_seopress_titles_desc', '_seopress_analysis_target_kw', true ],
];

/** Set the SEO fields for every plugin that is active, and keep a copy of our own for one that comes later. */
function set_fields( int $post_id, array $payload ): array {
	$keywords = array_values( array_unique( array_filter( array_merge( [ $payload['primary_keyword'] ], $payload['secondary_keywords'] ), 'strlen' ) ) );
	write( $post_id, '_igny8_seo_title', $payload['seo_title'] );
	write( $post_id, '_igny8_seo_description', $payload['seo_description'] );
	write( $post_id, '_igny8_seo_keywords', implode( ', ', $keywords ) );

	$warnings = [];
	foreach ( active_plugins() as $plugin ) {
		if ( 'aioseo' === $plugin ) {
			$warnings = array_merge( $warnings, set_aioseo( $post_id, $payload, $keywords ) );
			continue;
		}
		list( $title, $description, $focus, $several ) = KEYS[ $plugin ];
		write( $post_id, $title, $payload['seo_title'] );
		write( $post_id, $description, $payload['seo_description'] );
		write( $post_id, $focus, $several ? implode( ',', $keywords ) : ( $keywords[0] ?? '' ) );
	}
	return $warnings ? $warnings : compare( $post_id, $payload );
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
	return array_intersect( (array) apply_filters( 'igny8_bridge_seo_plugins', $active ), array_merge( array_keys( KEYS ), [ 'aioseo' ] ) );
}

/** Set All in One SEO's fields, which live in a table of its own. */
function set_aioseo( int $post_id, array $payload, array $keywords ): array {
	$model = 'AIOSEO\\Plugin\\Common\\Models\\Post';
	if ( ! method_exists( $model, 'savePost' ) ) {
		return [
			[
				'code'    => 'seo_field_failed',
				'subject' => 'aioseo',
				'detail'  => 'This version of All in One SEO cannot be written to.',
			],
		];
	}
	$phrases = array_map(
		static function ( string $keyword ): array {
			return [ 'keyphrase' => $keyword ];
		},
		$keywords
	);
	$fields = [
		'title'       => $payload['seo_title'],
		'description' => $payload['seo_description'],
		'keyphrases'  => $phrases ? [
			'focus'      => $phrases[0],
			'additional' => array_slice( $phrases, 1 ),
		] : null,
	];
	$model::savePost( $post_id, $fields );
	return [];
}

/** Write a field, or remove one that says nothing. */
function write( int $post_id, string $key, string $value ): void {
	if ( '' !== $value ) {
		update_post_meta( $post_id, $key, wp_slash( $value ) );
	} else {
		delete_post_meta( $post_id, $key );
	}
}

/**
 * Read what the site's SEO plugin says, now that it was told; without one, what is kept for one that comes later.
 *
 * @return array{plugin:string,title:string,description:string,keywords:array}
 */
function read_back( int $post_id ): array {
	$plugins = array_values( active_plugins() );
	$plugin  = $plugins ? $plugins[0] : 'none';
	if ( 'aioseo' === $plugin ) {
		return read_aioseo( $post_id );
	}
	list( $title, $description, $focus ) = KEYS[ $plugin ] ?? [ '_igny8_seo_title', '_igny8_seo_description', '_igny8_seo_keywords' ];
	$keywords                            = array_map( 'trim', explode( ',', (string) get_post_meta( $post_id, $focus, true ) ) );
	return [
		'plugin'      => $plugin,
		'title'       => (string) get_post_meta( $post_id, $title, true ),
		'description' => (string) get_post_meta( $post_id, $description, true ),
		'keywords'    => array_values( array_filter( $keywords, 'strlen' ) ),
	];
}

/** Read All in One SEO's fields. */
function read_aioseo( int $post_id ): array {
	$model    = 'AIOSEO\\Plugin\\Common\\Models\\Post';
	$post     = method_exists( $model, 'getPost' ) ? $model::getPost( $post_id ) : null;
	$phrases  = $post && isset( $post->keyphrases ) ? json_decode( (string) wp_json_encode( $post->keyphrases ), true ) : [];
	$phrases  = is_string( $phrases ) ? (array) json_decode( $phrases, true ) : (array) $phrases;
	$keywords = array_column( array_merge( [ $phrases['focus'] ?? [] ], $phrases['additional'] ?? [] ), 'keyphrase' );
	return [
		'plugin'      => 'aioseo',
		'title'       => $post ? (string) $post->title : '',
		'description' => $post ? (string) $post->description : '',
		'keywords'    => array_values( array_filter( $keywords, 'strlen' ) ),
	];
}

/** Warn of what the SEO plugin did not keep. */
function compare( int $post_id, array $payload ): array {
	$warnings = [];
	$kept     = read_back( $post_id );
	foreach ( [ 'title', 'description' ] as $name ) {
		if ( 'none' !== $kept['plugin'] && $kept[ $name ] !== $payload[ "seo_$name" ] ) {
			$warnings[] = [
				'code'    => 'seo_field_changed',
				'subject' => $name,
				'detail'  => 'The SEO plugin did not keep it as it was.',
			];
		}
	}
	return $warnings;
}
