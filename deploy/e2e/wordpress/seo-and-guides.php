<?php
/**
 * Plugin Name: SEO plugins and guides
 * Description: A post type of the site's own, and what the bridge plugin finds where SEO plugins are active. Only for end-to-end tests.
 */

// How the plugins are known; each reads its own post meta.
define( 'WPSEO_VERSION', '22.0' );
define( 'RANK_MATH_VERSION', '1.0.200' );
define( 'SEOPRESS_VERSION', '7.0' );

add_action(
	'init',
	function () {
		register_post_type(
			'guide',
			array(
				'public'       => true,
				'show_in_rest' => true,
				'supports'     => array( 'title', 'editor', 'excerpt', 'custom-fields' ),
				'taxonomies'   => array( 'post_tag' ),
			)
		);
		// Shown by WordPress' own API, so that a test reads what is stored.
		$keys = array(
			'_yoast_wpseo_title',
			'_yoast_wpseo_metadesc',
			'_yoast_wpseo_focuskw',
			'rank_math_title',
			'rank_math_description',
			'rank_math_focus_keyword',
			'_seopress_titles_title',
			'_seopress_titles_desc',
			'_seopress_analysis_target_kw',
			'reading_minutes',
		);
		foreach ( $keys as $key ) {
			register_post_meta(
				'guide',
				$key,
				array(
					'single'        => true,
					'type'          => 'string',
					'show_in_rest'  => true,
					'auth_callback' => '__return_true',
				)
			);
		}
	}
);
