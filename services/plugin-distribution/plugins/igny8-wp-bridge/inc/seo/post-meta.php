<?php
/**
 * The SEO plugins that keep their fields in post meta.
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

/** Write the fields where a plugin looks for them. */
function write_post_meta( string $plugin, int $post_id, array $fields ): void {
	list( $title, $description, $focus, $several ) = KEYS[ $plugin ];
	write_meta( $post_id, $title, $fields['title'] );
	write_meta( $post_id, $description, $fields['description'] );
	write_meta( $post_id, $focus, $several ? implode( ',', $fields['keywords'] ) : ( $fields['keywords'][0] ?? '' ) );
}

/** Read what a plugin keeps. */
function read_post_meta( string $plugin, int $post_id ): array {
	list( $title, $description, $focus, $several ) = KEYS[ $plugin ];
	$keywords                                      = (string) get_post_meta( $post_id, $focus, true );
	$keywords                                      = $several ? explode( ',', $keywords ) : [ $keywords ];
	return [
		'title'       => (string) get_post_meta( $post_id, $title, true ),
		'description' => (string) get_post_meta( $post_id, $description, true ),
		'keywords'    => array_values( array_filter( $keywords, 'strlen' ) ),
	];
}

/** Tell whether a plugin takes more than one keyword. */
function takes_several_keywords( string $plugin ): bool {
	return KEYS[ $plugin ][3] ?? true;
}

/** Write a field that says something, and remove one that does not. */
function write_meta( int $post_id, string $key, string $value ): void {
	if ( '' !== $value ) {
		update_post_meta( $post_id, $key, wp_slash( $value ) );
	} else {
		delete_post_meta( $post_id, $key );
	}
}
