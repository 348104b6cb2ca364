<?php
/**
 * `wp igny8 connect`, `status`, `disconnect`.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Cli;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Structure;
use WP_CLI;
use const IGNY8\Bridge\VERSION;

/** Save the connection and test it. */
function connect( array $arguments, array $options ): void {
	$given = [];
	foreach ( [ 'api-url', 'site-id', 'api-key' ] as $name ) {
		$setting = str_replace( '-', '_', $name );
		if ( ! isset( $options[ $name ] ) ) {
			continue;
		}
		if ( Connection\is_fixed( $setting ) ) {
			WP_CLI::error( "wp-config.php decides --$name (IGNY8_" . strtoupper( $setting ) . '); change it there and leave the option out.' );
		}
		$given[ $setting ] = (string) $options[ $name ];
	}
	if ( '-' === ( $given['api_key'] ?? '' ) ) {
		$given['api_key'] = trim( (string) fgets( STDIN ) );
	}
	$outcome = Connection\save_and_test( $given );
	if ( is_wp_error( $outcome ) ) {
		WP_CLI::error( $outcome->get_error_code() . ': ' . $outcome->get_error_message() );
	}
	foreach ( $outcome['checks'] as $check ) {
		if ( empty( $check['ok'] ) ) {
			WP_CLI::warning( sprintf( '%s: %s %s', $check['name'] ?? '', $check['detail'] ?? '', $check['fix'] ?? '' ) );
		}
	}
	WP_CLI::success( 'Connected as "' . ( Connection\pairing()['site_name'] ?? '' ) . '".' );
}

/** Tell whether the site is connected, and what waits. */
function status( array $arguments, array $options ): void {
	$backlog  = Outbound\backlog();
	$state    = Outbound\state();
	$rejected = get_option( Outbound\REJECTED_OPTION );
	show_facts(
		$options,
		[
			'version'       => VERSION,
			'api_url'       => Connection\api_url(),
			'site_id'       => Connection\site_id(),
			'connected'     => Connection\is_paired() ? 'yes' : 'no',
			'signed'        => '' !== Connection\platform_public_key() ? 'yes' : 'no',
			'safe_mode'     => Safe_Mode\is_on() ? 'yes' : 'no',
			'waiting'       => $backlog['waiting'],
			'oldest'        => $backlog['oldest_ms'] ? gmdate( 'Y-m-d\TH:i:s\Z', intdiv( $backlog['oldest_ms'], 1000 ) ) : '',
			'failures'      => $state['failures'],
			'reason'        => $state['reason'],
			'rejected'      => is_array( $rejected ) ? count( $rejected ) : 0,
			'structure_at'  => Structure\state()['sent_at'] ? gmdate( 'Y-m-d\TH:i:s\Z', Structure\state()['sent_at'] ) : '',
			'types_in_sync' => implode( ', ', Structure\synced_types() ),
		]
	);
}

/** Forget the key and the pairing. */
function disconnect( array $arguments, array $options ): void {
	WP_CLI::confirm( 'Forget the API key and the pairing of ' . Connection\current_address() . '?', $options );
	Connection\disconnect();
	if ( Connection\is_fixed( 'api_key' ) ) {
		WP_CLI::warning( 'The key still stands in wp-config.php (IGNY8_API_KEY). Remove it there.' );
	}
	WP_CLI::success( 'Disconnected. Posts stay.' );
}
