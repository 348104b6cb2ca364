<?php
/**
 * Plugin Name: Local stack
 * Description: What a WordPress on a developer's machine needs and no real site should have.
 */

// No mail leaves the machine.
add_filter( 'pre_wp_mail', '__return_true' );

// Application passwords over plain http.
add_filter( 'wp_is_application_passwords_available', '__return_true' );

// The stack may lie within a checkout, where WordPress would not update by itself.
add_filter( 'automatic_updates_is_vcs_checkout', '__return_false' );

// WordPress refuses to speak to loopback and to unusual ports. The platform's own origins are named in wp-config.php,
// and only they are let through.
add_filter(
	'http_request_host_is_external',
	function ( $external, $host, $url ) {
		return $external || in_array( $host . ':' . wp_parse_url( $url, PHP_URL_PORT ), explode( ',', IGNY8_LOCAL_ORIGINS ), true );
	},
	10,
	3
);
add_filter(
	'http_allowed_safe_ports',
	function ( $ports, $host, $url ) {
		$port = wp_parse_url( $url, PHP_URL_PORT );
		if ( in_array( "$host:$port", explode( ',', IGNY8_LOCAL_ORIGINS ), true ) ) {
			$ports[] = $port;
		}
		return $ports;
	},
	10,
	3
);

// wordpress.org is out of reach. Without an answer from it WordPress never asks plugins where their updates are.
add_filter(
	'pre_http_request',
	function ( $answer, $request, $url ) {
		if ( false !== $answer || 'api.wordpress.org' !== wp_parse_url( $url, PHP_URL_HOST ) ) {
			return $answer;
		}
		$bodies = array(
			'/plugins/update-check/' => '{"plugins":[],"translations":[],"no_update":[]}',
			'/themes/update-check/'  => '{"themes":[],"translations":[],"no_update":[]}',
			'/core/version-check/'   => '{"offers":[],"translations":[]}',
		);
		$body   = '{}';
		foreach ( $bodies as $path => $known ) {
			if ( 0 === strpos( (string) wp_parse_url( $url, PHP_URL_PATH ), $path ) ) {
				$body = $known;
			}
		}
		return array(
			'headers'  => array(),
			'body'     => $body,
			'response' => array(
				'code'    => 200,
				'message' => 'OK',
			),
			'cookies'  => array(),
			'filename' => null,
		);
	},
	10,
	3
);
