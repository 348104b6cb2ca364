<?php
/**
 * The tab "Connection": the settings, the button that tests them, and the one that ends the connection.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

use IGNY8\Bridge\Connection;

/** Show the tab. */
function show_connection(): void {
	show_last_test();
	show_connection_form();
	if ( '' !== Connection\api_key() && ! Connection\is_fixed( 'api_key' ) ) {
		show_disconnect_form();
	}
}

/** Show what the last test found, check by check. */
function show_last_test(): void {
	$last = Connection\last_test();
	if ( ! $last ) {
		return;
	}
	echo '<h2>' . esc_html__( 'Last test', 'igny8-wp-bridge' ) . '</h2><p>' . esc_html( when( (int) $last['at'] ) ) . '</p>';
	if ( ! $last['ok'] ) {
		echo '<div class="notice notice-error inline"><p><code>' . esc_html( $last['code'] ) . '</code> ' . esc_html( $last['detail'] ) . '</p></div>';
	}
	if ( $last['checks'] ) {
		show_checks( __( 'Checks of the last test', 'igny8-wp-bridge' ), $last['checks'] );
	}
}

/** Save what the form says, test it, and return to the tab, which shows the outcome. */
function handle_save(): void {
	guard( 'igny8_bridge_save' );
	$given = [];
	foreach ( [ 'api_url', 'site_id', 'api_key', 'default_author' ] as $name ) {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing -- guard() has checked it.
		if ( isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) && ! Connection\is_fixed( $name ) ) {
			$given[ $name ] = sanitize_text_field( wp_unslash( $_POST[ $name ] ) ); // phpcs:ignore WordPress.Security.NonceVerification.Missing
		}
	}
	return_to( 'connection', is_wp_error( Connection\save_and_test( $given ) ) ? 'not_connected' : 'connected' );
}

/** Forget the key and the pairing. */
function handle_disconnect(): void {
	guard( 'igny8_bridge_disconnect' );
	Connection\disconnect();
	return_to( 'connection', 'disconnected' );
}

/** Show the settings and the button. */
function show_connection_form(): void {
	echo '<h2>' . esc_html__( 'Settings', 'igny8-wp-bridge' ) . '</h2>';
	begin_form( 'save' );
	echo '<table class="form-table" role="presentation">';
	$key_hint = '' !== Connection\api_key() ? __( 'A key is stored. Leave this empty to keep it.', 'igny8-wp-bridge' ) : __( 'IGNY8 shows it once, when it is made.', 'igny8-wp-bridge' );
	show_field( 'api_url', 'url', __( 'API URL', 'igny8-wp-bridge' ), Connection\api_url(), __( 'Where IGNY8 is. Change it only if you were told to.', 'igny8-wp-bridge' ) );
	show_field( 'site_id', 'number', __( 'Site id', 'igny8-wp-bridge' ), Connection\site_id() ? (string) Connection\site_id() : '', __( 'The number IGNY8 shows beside the site.', 'igny8-wp-bridge' ) );
	show_field( 'api_key', 'password', __( 'API key', 'igny8-wp-bridge' ), '', $key_hint );
	show_author_field();
	echo '</table>';
	submit_button( __( 'Save and test', 'igny8-wp-bridge' ) );
	echo '</form>';
}

/** Show one setting, read-only where wp-config.php decides it. */
function show_field( string $name, string $type, string $label, string $value, string $hint ): void {
	if ( Connection\is_fixed( $name ) ) {
		/* translators: %s: name of a constant */
		$hint = sprintf( __( 'Set in wp-config.php (%s).', 'igny8-wp-bridge' ), 'IGNY8_' . strtoupper( $name ) );
	}
	echo '<tr><th scope="row"><label for="igny8-' . esc_attr( $name ) . '">' . esc_html( $label ) . '</label></th><td>'
		. '<input class="regular-text" autocomplete="off" aria-describedby="igny8-' . esc_attr( $name ) . '-hint" id="igny8-' . esc_attr( $name ) . '" name="' . esc_attr( $name ) . '" type="' . esc_attr( $type )
		. '" value="' . esc_attr( $value ) . '"' . disabled( Connection\is_fixed( $name ), true, false ) . '><p class="description" id="igny8-' . esc_attr( $name ) . '-hint">' . esc_html( $hint ) . '</p></td></tr>';
}

/** Show whom the platform speaks as. */
function show_author_field(): void {
	$query = [
		'role__in' => [ 'administrator', 'editor', 'author' ],
		'number'   => 200,
		'orderby'  => 'display_name',
	];
	echo '<tr><th scope="row"><label for="igny8-default_author">' . esc_html__( 'Default author', 'igny8-wp-bridge' ) . '</label></th><td><select id="igny8-default_author" aria-describedby="igny8-default_author-hint" name="default_author">';
	$chosen  = Connection\default_author();
	$authors = array_column( get_users( $query ), 'display_name', 'ID' );
	$current = get_userdata( $chosen );
	if ( $current ) {
		$authors += [ $chosen => $current->display_name ]; // Else saving would choose another.
	}
	foreach ( $authors as $id => $name ) {
		echo '<option value="' . esc_attr( (string) $id ) . '"' . selected( $chosen, (int) $id, false ) . '>' . esc_html( $name ) . '</option>';
	}
	echo '</select><p class="description" id="igny8-default_author-hint">' . esc_html__( 'IGNY8 writes with this user\'s rights; posts without an author of their own are theirs.', 'igny8-wp-bridge' ) . '</p></td></tr>';
}

/** Show the button that ends the connection. */
function show_disconnect_form(): void {
	echo '<h2>' . esc_html__( 'End the connection', 'igny8-wp-bridge' ) . '</h2><p>' . esc_html__( 'The API key and the pairing are forgotten. Posts stay, and IGNY8 can be connected again at any time.', 'igny8-wp-bridge' ) . '</p>';
	show_button( 'disconnect', __( 'Disconnect', 'igny8-wp-bridge' ), 'delete' );
}
