<?php
/**
 * The facts: what support will ask for. Site Health copies them to the clipboard as they stand.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Site_Health;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Screen;
use IGNY8\Bridge\Structure;
use IGNY8\Bridge\Updates;
use const IGNY8\Bridge\VERSION;

/** Add what support will ask for; the key itself is never shown. */
function add_information( $information ): array {
	$information = (array) $information;
	$backlog  = Outbound\backlog();
	$state    = Outbound\state();
	$last     = Connection\last_test();
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$next     = (int) wp_next_scheduled( Outbound\CRON_HOOK );
	$facts    = [
		'version'   => [ __( 'Version', 'igny8-wp-bridge' ), VERSION ],
		'api_url'   => [ __( 'API URL', 'igny8-wp-bridge' ), Connection\api_url() ],
		'site_id'   => [ __( 'Site id', 'igny8-wp-bridge' ), (string) Connection\site_id() ],
		'api_key'   => [ __( 'API key', 'igny8-wp-bridge' ), '' !== Connection\api_key() ? __( 'stored', 'igny8-wp-bridge' ) : __( 'none', 'igny8-wp-bridge' ) ],
		'paired'    => [ __( 'Paired', 'igny8-wp-bridge' ), Connection\is_paired() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'signed'    => [ __( 'Signed by the platform', 'igny8-wp-bridge' ), '' !== Connection\platform_public_key() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'waiting'   => [ __( 'Events waiting', 'igny8-wp-bridge' ), (string) $backlog['waiting'] ],
		'oldest'    => [ __( 'The oldest since', 'igny8-wp-bridge' ), $backlog['oldest_ms'] ? gmdate( 'Y-m-d H:i:s', intdiv( $backlog['oldest_ms'], 1000 ) ) : '' ],
		'last_test' => [ __( 'Last test', 'igny8-wp-bridge' ), $last ? gmdate( 'Y-m-d H:i:s', (int) $last['at'] ) . ' ' . ( $last['ok'] ? 'ok' : $last['code'] ) : '' ],
		'failures'  => [ __( 'Failed attempts in a row', 'igny8-wp-bridge' ), trim( $state['failures'] . ' ' . $state['reason'] ) ],
		'rejected'  => [ __( 'Events rejected', 'igny8-wp-bridge' ), is_array( $rejected ) ? (string) count( $rejected ) : '0' ],
		'structure' => [ __( 'Structure told', 'igny8-wp-bridge' ), trim( ( Structure\state()['sent_at'] ? gmdate( 'Y-m-d H:i:s', Structure\state()['sent_at'] ) : '' ) . ' ' . Structure\state()['reason'] ) ],
		'synced'    => [ __( 'Types in sync', 'igny8-wp-bridge' ), implode( ', ', Structure\synced_types() ) ],
		'safe_mode' => [ __( 'Safe mode', 'igny8-wp-bridge' ), Safe_Mode\is_on() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'next_cron' => [ __( 'Next run', 'igny8-wp-bridge' ), $next ? gmdate( 'Y-m-d H:i:s', $next ) : '' ],
	];
	if ( Screen\updates_itself() ) {
		$facts += [
			'channel' => [ __( 'Update channel', 'igny8-wp-bridge' ), Updates\channel() ],
			'offer'   => [ __( 'Update offered', 'igny8-wp-bridge' ), Screen\offer_in_words( Updates\offered() ) ],
			'guard'   => [ __( 'Update guard', 'igny8-wp-bridge' ), Screen\guard_in_words( Updates\guard_state() ) ],
		];
	}
	foreach ( $facts as $name => list( $label, $value ) ) {
		$fields[ $name ] = compact( 'label', 'value' );
	}
	$information['igny8-wp-bridge'] = [
		'label'  => __( 'IGNY8', 'igny8-wp-bridge' ),
		'fields' => $fields,
	];
	return $information;
}
