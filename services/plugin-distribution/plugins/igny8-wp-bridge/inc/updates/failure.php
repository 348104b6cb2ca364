<?php
/**
 * A version that was undone here: remembered, so that it does not come back by itself.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

/**
 * Remember that the guard has put the previous build back. It calls this from whatever build it kept.
 *
 * @param string $version Which version failed.
 * @param string $error   How.
 */
function note_undone( string $version, string $error ): void {
	$failure = [
		'version'  => $version,
		'error'    => sanitize_text_field( $error ),
		'at'       => time(),
		'forgiven' => false,
	];
	update_site_option( FAILED_OPTION, $failure );
	withdraw_offer();
	be_due( time() );
}

/**
 * Read which version was undone here.
 *
 * @return array{version:string,error:string,at:int,forgiven:bool} With an empty version if none was.
 */
function failure(): array {
	$stored = get_site_option( FAILED_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'version'  => '',
		'error'    => '',
		'at'       => 0,
		'forgiven' => false,
	];
}

/**
 * Note that WordPress has updated this plugin: what was offered before it is of no use any more.
 *
 * @param mixed $upgrader   The upgrader.
 * @param array $hook_extra What was updated.
 */
function note_update( $upgrader, $hook_extra ): void {
	$plugins = (array) ( $hook_extra['plugins'] ?? ( $hook_extra['plugin'] ?? [] ) );
	if ( in_array( plugin_basename( \IGNY8\Bridge\FILE ), $plugins, true ) && \IGNY8\Bridge\VERSION !== installed_version() ) {
		delete_site_option( ANSWER_OPTION );
		be_due( time() );
	}
}
