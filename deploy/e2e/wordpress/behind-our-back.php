<?php
/**
 * Plugin Name: Behind our back
 * Description: Changes posts without any hook, as imports and repairs of databases do; and lets a request see the site as its copy would be, elsewhere. Only for end-to-end tests.
 */

add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'wp/v2',
			'/silent-edits',
			[
				'methods'             => 'POST',
				'permission_callback' => function () {
					return current_user_can( 'manage_options' );
				},
				'callback'            => function ( WP_REST_Request $request ) {
					global $wpdb;
					$wpdb->update( $wpdb->posts, [ 'post_content' => $request['content'] ], [ 'ID' => (int) $request['post'] ] );
					wp_cache_flush();
					return [ 'post' => (int) $request['post'] ];
				},
			]
		);
		register_rest_route(
			'wp/v2',
			'/safe-mode',
			[
				'methods'             => 'GET',
				'permission_callback' => function () {
					return current_user_can( 'manage_options' );
				},
				'callback'            => function () {
					return [ 'safe_mode' => \IGNY8\Bridge\Safe_Mode\is_on(), 'home' => home_url() ];
				},
			]
		);
	}
);

if ( isset( $_SERVER['HTTP_X_COPY'] ) ) {
	foreach ( [ 'pre_option_home', 'pre_option_siteurl' ] as $name ) {
		add_filter(
			$name,
			function () {
				return 'https://copy.example.com';
			}
		);
	}
}
