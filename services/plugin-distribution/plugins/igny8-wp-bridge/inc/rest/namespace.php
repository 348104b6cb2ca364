<?php
/**
 * The routes of `igny8/v1`: one page that says who answers what.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rest;

use WP_REST_Response;

const ROUTES_NAMESPACE = 'igny8/v1';

/** Register the routes and frame their answers. */
function bootstrap(): void {
	hold_output();
	add_action( 'rest_api_init', __NAMESPACE__ . '\\register_routes' );
	add_filter( 'rest_post_dispatch', __NAMESPACE__ . '\\forbid_caching', 10, 3 );
	add_filter( 'rest_pre_serve_request', __NAMESPACE__ . '\\serve_framed', PHP_INT_MAX, 4 );
}

/** Register the routes; every one is for the platform only. */
function register_routes(): void {
	$routes = [
		[ 'POST', '/publish', 'IGNY8\\Bridge\\Publishing\\answer_publish' ],
		[ 'PUT', '/posts/(?P<post_id>[0-9]{1,18})', 'IGNY8\\Bridge\\Publishing\\answer_update' ],
		[ 'PUT', '/posts/(?P<post_id>[0-9]{1,18})/parts', 'IGNY8\\Bridge\\Publishing\\answer_parts' ],
		[ 'DELETE', '/posts/(?P<post_id>[0-9]{1,18})', 'IGNY8\\Bridge\\Publishing\\answer_move' ],
		[ 'GET', '/operations/(?P<operation_id>[0-9A-Fa-f-]{36})', 'IGNY8\\Bridge\\Publishing\\answer_operation' ],
		[ 'POST', '/media', 'IGNY8\\Bridge\\Media\\answer_upload' ],
		[ 'GET', '/media', 'IGNY8\\Bridge\\Media\\answer_lookup' ],
		[ 'GET', '/posts', 'IGNY8\\Bridge\\Reading\\answer_list' ],
		[ 'GET', '/posts/(?P<post_id>[0-9]{1,18})', 'IGNY8\\Bridge\\Reading\\answer_post' ],
		[ 'GET', '/posts/checksums', 'IGNY8\\Bridge\\Reading\\answer_checksums' ],
		[ 'GET', '/structure', 'IGNY8\\Bridge\\Structure\\answer_structure' ],
		[ 'GET', '/doctor', 'IGNY8\\Bridge\\Doctor\\answer_doctor' ],
		[ 'POST, PUT, DELETE', '/doctor/echo', 'IGNY8\\Bridge\\Doctor\\answer_echo' ],
		[ 'GET', '/collections/(?P<post_type>[A-Za-z0-9_-]{1,20})', 'IGNY8\\Bridge\\Doctor\\answer_collection' ],
		[ 'GET', '/check-update', 'IGNY8\\Bridge\\Updates\\answer_check' ],
		[ 'GET', '/status', __NAMESPACE__ . '\\answer_status' ],
	];
	foreach ( $routes as list( $method, $path, $callback ) ) {
		register_rest_route(
			ROUTES_NAMESPACE,
			$path,
			[
				'methods'             => $method,
				'callback'            => $callback,
				'permission_callback' => 'IGNY8\\Bridge\\Identity\\verify_request',
			]
		);
	}
}

/** Answer that all went well. */
function success( array $members, int $status = 200 ): WP_REST_Response {
	return new WP_REST_Response( [ 'success' => true ] + $members, $status );
}

/** Answer with a refusal. */
function refusal( int $status, string $code, string $message, array $members = [] ): WP_REST_Response {
	$body = [
		'success' => false,
		'code'    => $code,
		'message' => $message,
	];
	return new WP_REST_Response( $body + $members, $status );
}

/** Write a Unix time in milliseconds as the protocol does. */
function rfc3339( int $ms ): string {
	return gmdate( 'Y-m-d\TH:i:s', intdiv( $ms, 1000 ) ) . sprintf( '.%03dZ', $ms % 1000 );
}
