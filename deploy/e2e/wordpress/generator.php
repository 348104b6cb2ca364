<?php
/**
 * Plugin Name: Generator
 * Description: Writes thousands of posts at once. Only for end-to-end tests.
 */

add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'wp/v2',
			'/generated-posts',
			[
				'methods'             => 'POST',
				'permission_callback' => function () {
					return current_user_can( 'manage_options' );
				},
				'callback'            => function ( WP_REST_Request $request ) {
					global $wpdb;
					$category = wp_create_category( 'Generated' );
					for ( $number = 1; $number <= (int) $request['count']; $number++ ) {
						$at = gmdate( 'Y-m-d H:i:s', time() - 86400 * 365 + 600 * $number );
						$wpdb->insert(
							$wpdb->posts,
							[
								'post_author'       => get_current_user_id(),
								'post_date'         => $at,
								'post_date_gmt'     => $at,
								'post_modified'     => $at,
								'post_modified_gmt' => $at,
								'post_title'        => "{$request['words']} $number",
								'post_name'         => sanitize_title( "{$request['words']} $number" ),
								'post_content'      => "<p>What number $number says.</p>",
								'post_status'       => 'publish',
								'post_type'         => 'post',
								'post_excerpt'      => '',
								'to_ping'           => '',
								'pinged'            => '',
								'post_content_filtered' => '',
							]
						);
						$wpdb->insert( $wpdb->term_relationships, [ 'object_id' => $wpdb->insert_id, 'term_taxonomy_id' => get_term( $category )->term_taxonomy_id ] );
					}
					wp_cache_flush();
					return [ 'count' => (int) $request['count'] ];
				},
			]
		);
		require_once ABSPATH . 'wp-admin/includes/taxonomy.php';
	}
);
