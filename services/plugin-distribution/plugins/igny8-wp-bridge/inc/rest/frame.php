<?php
/**
 * Framed answers: one JSON object that begins and ends with the same mark, whatever another plugin prints around it.
 *
 * Output is held back from the moment this plugin loads, so that a notice cannot send the headers before the status is
 * known; what was held is dropped when the answer goes out, and what is printed after the answer is swallowed.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rest;

use IGNY8\Bridge\Identity;
use WP_HTTP_Response;
use WP_REST_Request;
use WP_REST_Server;

/** Hold output back, and page caches off, if the request looks like one of ours. */
function hold_output(): void {
	$uri = isset( $_SERVER['REQUEST_URI'] ) ? rawurldecode( (string) $_SERVER['REQUEST_URI'] ) : ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- compared only.
	if ( 'cli' !== PHP_SAPI && false !== strpos( $uri, '/' . ROUTES_NAMESPACE ) ) {
		ob_start();
		if ( ! defined( 'DONOTCACHEPAGE' ) ) {
			define( 'DONOTCACHEPAGE', true ); // phpcs:ignore WordPress.NamingConventions -- what page caches go by.
		}
	}
}

/** Keep caches from storing what the platform asked for. */
function forbid_caching( WP_HTTP_Response $response, WP_REST_Server $server, WP_REST_Request $request ): WP_HTTP_Response {
	if ( is_ours( $request ) ) {
		$response->header( 'Cache-Control', 'no-store, private' );
	}
	return $response;
}

/**
 * Send the framed answer in place of the plain one.
 *
 * @param bool             $served  Whether the answer has gone out already.
 * @param WP_HTTP_Response $result  The answer.
 * @param WP_REST_Request  $request The request.
 * @param WP_REST_Server   $server  The server.
 */
function serve_framed( $served, $result, $request, $server ): bool {
	if ( $served || ! is_ours( $request ) || 'HEAD' === $request->get_method() ) {
		return (bool) $served;
	}
	$data  = $server->response_to_data( $result, false );
	$clear = drop_held_output();
	$json  = frame( mark( $request ), flatten( is_array( $data ) ? $data : [ 'data' => $data ], $result->get_status() ) );
	if ( $clear && ! headers_sent() && ! ini_get( 'zlib.output_compression' ) ) {
		header( 'Content-Length: ' . strlen( $json ) );
	}
	echo $json; // phpcs:ignore WordPress.Security.EscapeOutput -- JSON, with its own content type.
	flush();
	ob_start( __NAMESPACE__ . '\\swallow' );
	return true;
}

/** Write the frame around the members of an answer. */
function frame( string $mark, array $members ): string {
	unset( $members['igny8_frame'], $members['igny8_end'] );
	return (string) wp_json_encode( [ 'igny8_frame' => $mark ] + $members + [ 'igny8_end' => $mark ] );
}

/** Bring core's error shape into the protocol's. */
function flatten( array $data, int $status ): array {
	if ( isset( $data['success'] ) ) {
		return $data;
	}
	if ( $status < 400 ) {
		return [ 'success' => true ] + $data;
	}
	$more = isset( $data['data'] ) && is_array( $data['data'] ) ? $data['data'] : [];
	unset( $more['status'], $data['data'], $data['additional_errors'] );
	return [ 'success' => false ] + $data + $more + [
		'code'    => 'rest_error',
		'message' => '',
	];
}

/** Choose the mark: the request's id, or a random one. */
function mark( WP_REST_Request $request ): string {
	$id = (string) $request->get_header( 'webhook-id' );
	return Identity\is_message_id( $id ) ? $id : bin2hex( random_bytes( 12 ) );
}

/** Tell whether a request is for one of our routes. */
function is_ours( WP_REST_Request $request ): bool {
	return 0 === strpos( $request->get_route() . '/', '/' . ROUTES_NAMESPACE . '/' );
}

/** Drop what others printed; true when nothing is left between this request and the client. */
function drop_held_output(): bool {
	while ( ob_get_level() > 0 ) {
		$status = ob_get_status();
		if ( 'default output handler' !== $status['name'] || ! ( $status['flags'] & PHP_OUTPUT_HANDLER_REMOVABLE ) ) {
			if ( $status['flags'] & PHP_OUTPUT_HANDLER_CLEANABLE ) {
				ob_clean();
			}
			return false;
		}
		ob_end_clean();
	}
	return true;
}

/** Swallow what is printed after the answer. */
function swallow(): string {
	return '';
}
